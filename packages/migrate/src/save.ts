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
import type { Migration } from './migration.ts'
import type { SourceSession, SourceSessions } from './source-sessions.ts'

const ended: SaveOutcome = { saved: false, why: 'ended' }

/**
 * The `save` of a migration: a session of `from` moves first, then `to` writes what was wanted. Moving is four steps,
 * each of which may be taken by anybody, again, and at the same time as by others:
 *
 * | step  | in     | what it does                                                            |
 * | leave | `from` | marks the record: from here on `from` writes nothing, so what is read is final |
 * | admit | `to`   | inserts that record under its id, unless it is there or has ended there |
 * | end   | `from` | ends it for good; if somebody else had, it ends in `to` too (P1)        |
 * | write | `to`   | what the request wanted, on whatever is there now (P2)                  |
 *
 * Nobody is told of a write before the third step was taken, so whoever is told finds it. After a crash in between, the
 * session is whole in one of the two, and the next write goes on from there.
 */
export function createSave(migration: Migration, guests: SourceSessions): SessionStore['save'] {
  const { from, to, imports, env, isMoving } = migration

  return async (opened, changes) => {
    const guest = guests.get(opened)
    if (!guest) return write(opened, changes)
    if (isMoving || guest.origin.record.leaving) return move(opened, guest, changes)
    const saving = await from.save(guest.origin, guests.changesFor(changes, opened))
    if (!saving.saved) return saving.why === 'ended' ? move(opened, guest, changes) : saving
    const tokens = saving.token === undefined ? guest.tokens : [saving.token]
    return { ...saving, opened: guests.show(saving.opened, tokens) }
  }

  /** An elevation may shorten limits: what a crash may have left in `from` must not outlive that. */
  async function write(opened: OpenedSession, changes: Changes): Promise<SaveOutcome> {
    if (changes.rotate?.elevation) await from.end(opened, 'moved')
    return to.save(opened, changes)
  }

  async function move(
    opened: OpenedSession,
    guest: SourceSession,
    changes: Changes,
  ): Promise<SaveOutcome> {
    if (!isChange(changes) && !isTouchDue(opened, env.clock(), env.policy.touchInterval))
      return { saved: true, opened }
    const leaving = await from.save(guest.origin, { leave: true })
    if (!leaving.saved && leaving.why === 'superseded') return superseded(opened, changes)
    const arrival = leaving.saved
      ? await bring(leaving.opened, guest.tokens)
      : await imports.find(opened, guest.tokens)
    if (!arrival) return ended
    if (arrival.opened.record.authority !== opened.record.authority)
      return superseded(opened, changes)
    const saving = await to.save(arrival.opened, changes)
    const { token } = arrival
    return saving.saved && token !== undefined ? { token, ...saving } : saving
  }

  async function bring(
    left: OpenedSession,
    tokens: readonly string[],
  ): Promise<ImportedSession | undefined> {
    const arrival = await imports.adopt(guests.show(left, tokens), tokens)
    const reason = foreignEnd(await from.end(left, 'moved'))
    if (!arrival || !reason) return arrival
    await to.end(arrival.opened, reason)
    return undefined
  }
}

/** Another request has elevated the session since. A mere touch leaves it at that. */
function superseded(opened: OpenedSession, changes: Changes): SaveOutcome {
  return isChange(changes) ? { saved: false, why: 'superseded' } : { saved: true, opened }
}

/** Why somebody had ended the session in `from`, if it was not to move it. */
function foreignEnd(ending: EndOutcome): EndReason | undefined {
  return ending.last || ending.before === 'moved' ? undefined : ending.before
}
