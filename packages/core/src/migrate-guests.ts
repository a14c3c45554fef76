import type { Codec } from './codec.ts'
import { sameBytes } from './merge.ts'
import type { Migration } from './migrate-store.ts'
import type { Changes, Creation, Draft, Opened } from './store.ts'

/** Sessions of `from`, shown as if they were of `to`. */
export type Guests = ReturnType<typeof createGuests>

/**
 * A manager knows one encoding of data, that of `to`, so data of `from` is written anew on its way out and in. Which
 * sessions are of `from` is remembered here, as `from` opened them.
 */
export function createGuests({ from, to }: Migration) {
  const origins = new WeakMap<Opened, Opened>()
  const inward = recoder(to.codec, from.codec)
  const outward = recoder(from.codec, to.codec)

  const show = (origin: Opened): Opened => {
    const opened: Opened = { ...origin, data: outward(origin.data) }
    origins.set(opened, origin)
    return opened
  }

  return {
    /** The session as the manager may have it. Throws where its data cannot be read. */
    show,
    showCreated: (creation: Creation): Creation =>
      creation.created ? { ...creation, opened: show(creation.opened) } : creation,

    /** The session as `from` knows it; `undefined` where it is of `to`. */
    originOf: (opened: Opened): Opened | undefined => origins.get(opened),

    draftFor: (draft: Draft): Draft => ({ ...draft, data: inward(draft.data) }),

    /** Changes of a session that was shown, for `from`. */
    changesFor(changes: Changes, opened: Opened): Changes {
      const { data } = changes
      if (!data) return changes
      const isUntouched = sameBytes(data.base, opened.data)
      const base = isUntouched ? origins.get(opened)?.data : undefined
      return { ...changes, data: { base: base ?? inward(data.base), mine: inward(data.mine) } }
    },
  }
}

function recoder(read: Codec, write: Codec): (data: Uint8Array) => Uint8Array {
  return read.name === write.name ? (data) => data : (data) => write.encode(read.decode(data))
}
