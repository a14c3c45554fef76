import type { EndReason } from '@sojourn/core'
import {
  type Changes,
  type EndOutcome,
  type ImportedSession,
  isChange,
  isTouchDue,
  type OpenedSession,
  type SaveOutcome,
  type SessionStore,
} from '@sojourn/core/store'
import type { Migration } from './context.ts'
import type { SourceSession, SourceSessions } from './source-sessions.ts'

const ended: SaveOutcome = { saved: false, why: 'ended' }

/**
 * Returns the `save` of a migration. A session of `from` is first moved to `to`, then saved there. A move has four
 * steps:
 *
 * | step  | store  | effect                                                                                     |
 * |-------|--------|--------------------------------------------------------------------------------------------|
 * | leave | `from` | marks the record; from then on `from` writes nothing to it, so what is read is final       |
 * | adopt | `to`   | inserts that record under its id, unless it is there already or has ended there            |
 * | end   | `from` | ends it with the reason `moved`; if it had ended for another reason, ends it in `to` (P1)  |
 * | write | `to`   | applies the changes of the request to the session as it is in `to` (P2)                    |
 *
 * Several requests may take the same step, in parallel or one after another. No save resolves before the third step, so
 * the next request finds what was saved. After a crash between two steps, the session is complete in one of the stores,
 * and the next write takes the remaining steps.
 *
 * With `move: false`, sessions of `from` are saved in `from`, unless their move has begun.
 */
export function createSave(migration: Migration, sources: SourceSessions): SessionStore['save'] {
  const { from, to, imports, env, isMoving } = migration

  return async (opened, changes) => {
    const source = sources.sourceOf(opened)
    if (!source) return saveInTarget(opened, changes)
    if (isMoving || source.origin.record.leaving) return move(opened, source, changes)
    const outcome = await from.save(source.origin, sources.changesForSource(changes, opened))
    if (!outcome.saved) return outcome.why === 'ended' ? move(opened, source, changes) : outcome
    const tokens = outcome.token === undefined ? source.tokens : [outcome.token]
    return { ...outcome, opened: sources.translate(outcome.opened, tokens) }
  }

  /**
   * Saves a session of `to`. Before an elevation, ends the copy in `from` that a crash may have left: an elevation may
   * set shorter limits, and the copy would outlive them.
   */
  async function saveInTarget(opened: OpenedSession, changes: Changes): Promise<SaveOutcome> {
    if (changes.rotate?.elevation) await from.end(opened, 'moved')
    return to.save(opened, changes)
  }

  async function move(
    opened: OpenedSession,
    source: SourceSession,
    changes: Changes,
  ): Promise<SaveOutcome> {
    if (!isChange(changes) && !isTouchDue(opened, env.clock(), env.policy.touchInterval))
      return { saved: true, opened }
    const leaving = await from.save(source.origin, { leave: true })
    if (!leaving.saved && leaving.why === 'superseded') return superseded(opened, changes)
    const imported = leaving.saved
      ? await adoptAndEnd(leaving.opened, source.tokens)
      : await imports.find(opened, source.tokens)
    if (!imported) return ended
    if (imported.opened.record.authority !== opened.record.authority)
      return superseded(opened, changes)
    const outcome = await to.save(imported.opened, changes)
    const { token } = imported
    return outcome.saved && token !== undefined ? { token, ...outcome } : outcome
  }

  async function adoptAndEnd(
    leaving: OpenedSession,
    tokens: readonly string[],
  ): Promise<ImportedSession | undefined> {
    const imported = await imports.adopt(sources.translate(leaving, tokens), tokens)
    const reason = reasonOtherThanMoved(await from.end(leaving, 'moved'))
    if (!imported || !reason) return imported
    await to.end(imported.opened, reason)
    return undefined
  }
}

/** Returns the outcome when another request has elevated the session. A save that would only touch counts as done. */
function superseded(opened: OpenedSession, changes: Changes): SaveOutcome {
  return isChange(changes) ? { saved: false, why: 'superseded' } : { saved: true, opened }
}

/** Returns why the session had already ended in `from`; `undefined` if it had not, or if a move had ended it. */
function reasonOtherThanMoved(outcome: EndOutcome): EndReason | undefined {
  return outcome.last || outcome.before === 'moved' ? undefined : outcome.before
}
