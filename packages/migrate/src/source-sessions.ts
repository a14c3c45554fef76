import type { Codec } from '@sojourn/core'
import {
  type Changes,
  type CreateOutcome,
  type Draft,
  type OpenedSession,
  sameBytes,
} from '@sojourn/core/store'
import type { Migration } from './context.ts'

/** A session of `from`, as `from` opened it, and the tokens that opened it. */
export interface SourceSession {
  readonly origin: OpenedSession
  readonly tokens: readonly string[]
}

/** Translates sessions of `from` for the manager, and keeps their originals. */
export type SourceSessions = ReturnType<typeof createSourceSessions>

/**
 * Returns the translation of sessions of `from`. The manager uses one codec, that of `to`, so their data is recoded on
 * the way out and back in. The original of each is kept, because `from` may only be given sessions that it opened.
 */
export function createSourceSessions({ from, to }: Migration) {
  const sources = new WeakMap<OpenedSession, SourceSession>()
  const encodeForSource = recoder(to.codec, from.codec)
  const encodeForManager = recoder(from.codec, to.codec)

  const translate = (origin: OpenedSession, tokens: readonly string[]): OpenedSession => {
    const opened: OpenedSession = { ...origin, data: encodeForManager(origin.data) }
    sources.set(opened, { origin, tokens })
    return opened
  }

  return {
    /** Returns a session of `from` as the manager gets it. Throws if its data cannot be decoded. */
    translate,

    translateCreated: (outcome: CreateOutcome): CreateOutcome =>
      outcome.created
        ? { ...outcome, opened: translate(outcome.opened, [outcome.token]) }
        : outcome,

    /** Returns the original of a translated session; `undefined` for a session of `to`. */
    sourceOf: (opened: OpenedSession): SourceSession | undefined => sources.get(opened),

    draftForSource: (draft: Draft): Draft => ({ ...draft, data: encodeForSource(draft.data) }),

    /** Returns the changes of a translated session for `from`. */
    changesForSource(changes: Changes, opened: OpenedSession): Changes {
      const { data } = changes
      if (!data) return changes
      const isOriginal = sameBytes(data.base, opened.data)
      const base = isOriginal ? sources.get(opened)?.origin.data : undefined
      return {
        ...changes,
        data: {
          ...data,
          base: base ?? encodeForSource(data.base),
          mine: encodeForSource(data.mine),
        },
      }
    },
  }
}

function recoder(read: Codec, write: Codec): (data: Uint8Array) => Uint8Array {
  return read.name === write.name ? (data) => data : (data) => write.encode(read.decode(data))
}
