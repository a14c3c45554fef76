import type { Codec } from '@sojourn/core'
import {
  type Changes,
  type CreateOutcome,
  type Draft,
  type OpenedSession,
  sameBytes,
} from '@sojourn/core/store'
import type { Migration } from './migration.ts'

/** A session of `from`: as `from` opened it, and the tokens by which it did. */
export interface SourceSession {
  readonly origin: OpenedSession
  readonly tokens: readonly string[]
}

/** Sessions of `from`, shown as if they were of `to`. */
export type SourceSessions = ReturnType<typeof createSourceSessions>

/**
 * A manager knows one encoding of data, that of `to`, so data of `from` is written anew on its way out and in. Which
 * sessions are of `from` is remembered here, as `from` opened them.
 */
export function createSourceSessions({ from, to }: Migration) {
  const guests = new WeakMap<OpenedSession, SourceSession>()
  const inward = recoder(to.codec, from.codec)
  const outward = recoder(from.codec, to.codec)

  const show = (origin: OpenedSession, tokens: readonly string[]): OpenedSession => {
    const opened: OpenedSession = { ...origin, data: outward(origin.data) }
    guests.set(opened, { origin, tokens })
    return opened
  }

  return {
    /** The session as the manager may have it. Throws where its data cannot be read. */
    show,
    showCreated: (creation: CreateOutcome): CreateOutcome =>
      creation.created
        ? { ...creation, opened: show(creation.opened, [creation.token]) }
        : creation,

    /** What is remembered of a session that was shown; `undefined` where it is of `to`. */
    get: (opened: OpenedSession): SourceSession | undefined => guests.get(opened),

    draftFor: (draft: Draft): Draft => ({ ...draft, data: inward(draft.data) }),

    /** Changes of a session that was shown, for `from`. */
    changesFor(changes: Changes, opened: OpenedSession): Changes {
      const { data } = changes
      if (!data) return changes
      const isUntouched = sameBytes(data.base, opened.data)
      const base = isUntouched ? guests.get(opened)?.origin.data : undefined
      return { ...changes, data: { base: base ?? inward(data.base), mine: inward(data.mine) } }
    },
  }
}

function recoder(read: Codec, write: Codec): (data: Uint8Array) => Uint8Array {
  return read.name === write.name ? (data) => data : (data) => write.encode(read.decode(data))
}
