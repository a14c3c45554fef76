import type { EndReason, SessionId } from '@sojourn/core'
import type { OldRecords } from './old-records.ts'
import type { SharedTexts } from './shared-texts.ts'
import { type Hashes, hashOfChange, type OldChanges } from './stamp.ts'

/** Which session of ours an old session is. */
export interface Link {
  /** `undefined` once the session has ended: then it stays so, whatever an old server writes (P1). */
  readonly id: SessionId | undefined
  /** Why it has ended; `undefined` while `id` is there. */
  readonly reason?: EndReason
  /** The hashes of the old session when it was imported, for an old server that read it before it had a stamp. */
  readonly base: Hashes
  /**
   * What old servers have changed and the session has already, by the tag of the stamp that they began from: the hashes of the
   * values, by name. A request that took long may write them once more, after a new server has changed them again.
   */
  readonly merged?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /**
   * Until when a session that is missing must have ended, in epoch ms: it cannot have expired yet. 0 while it is being imported.
   */
  readonly livesUntil: number
  /** The absolute limit of the session, in epoch ms. It outlives a session that only old servers have used for long. */
  readonly absoluteExpiresAt: number
}

/** A link, and its text as it is stored. */
export interface FoundLink extends Link {
  readonly text: string
}

/** Keeps which old session is which of ours: a note for each key, and one for each id. */
export type Links = ReturnType<typeof createLinks>

/** Returns the links. `keptMs` is how long each is kept after it was last written. */
export function createLinks(records: OldRecords, texts: SharedTexts, keptMs: number) {
  const noteOf = (key: string) => records.noteNameOf(`old:${key}`)
  const noteOfId = (id: SessionId) => records.noteNameOf(`id:${id}`)

  return {
    /** Returns the link of an old session; `undefined` if no new server has seen it. */
    async find(key: string): Promise<FoundLink | undefined> {
      const text = await texts.read(noteOf(key))
      return text === undefined ? undefined : { ...JSON.parse(text), text }
    },

    /** Writes a link if the one that is there is still `from`. Returns whether it has. */
    swap: (key: string, from: FoundLink | undefined, to: Link) =>
      texts.swap(noteOf(key), { from: from?.text, to: JSON.stringify(to), ttl: keptMs }),

    /** Notes that changes of old servers, which began from the stamp with this tag, are in the session. */
    noteMerged(key: string, tag: string, changes: OldChanges): Promise<void> {
      return this.change(key, (link) => ({ merged: addMerged(link, tag, changes) }))
    },

    /** Notes that a session is there, so that one which is missing before `livesUntil` has ended. */
    settle(key: string, id: SessionId, livesUntil: number): Promise<void> {
      return this.change(key, (link) => (link.id === id ? { livesUntil } : {}))
    },

    /** Changes the link of a live session, also if others change it at the same time. */
    async change(key: string, changesOf: (link: Link) => Partial<Link>): Promise<void> {
      for (let attempt = 0; attempt < changeAttempts; attempt++) {
        const link = await this.find(key)
        if (!link || link.id === undefined) return
        const { text: _, ...rest } = link
        if (await this.swap(key, link, { ...rest, ...changesOf(link) })) return
      }
    },

    /** Notes that an old session has ended for good. */
    end: (key: string, reason: EndReason) =>
      texts.put(noteOf(key), JSON.stringify(endedFor(reason)), keptMs),

    /** Does what `end` does if the link that is there is still `from`. Returns whether it has. */
    swapEnd: (key: string, from: FoundLink, reason: EndReason) =>
      texts.swap(noteOf(key), {
        from: from.text,
        to: JSON.stringify(endedFor(reason)),
        ttl: keptMs,
      }),

    /** Returns the key of the old session that a session of ours is; `undefined` if there is none. */
    keyOf: (id: SessionId): Promise<string | undefined> => texts.read(noteOfId(id)),

    /** Notes the key of a session, unless it has one. Returns the key that it has. */
    async claimKey(id: SessionId, key: string): Promise<string> {
      const isOurs = await texts.swap(noteOfId(id), { from: undefined, to: key, ttl: keptMs })
      return isOurs ? key : ((await texts.read(noteOfId(id))) ?? key)
    },

    /** Notes the key of a session in place of the one that it has. */
    putKey: (id: SessionId, key: string) => texts.put(noteOfId(id), key, keptMs),
  }
}

function endedFor(reason: EndReason): Link {
  return { id: undefined, reason, base: {}, livesUntil: 0, absoluteExpiresAt: 0 }
}

const changeAttempts = 20
/** How many stamps are remembered. A request on an old server would have to outlive that many writes of new servers. */
const mergedTags = 16

function addMerged(
  { merged = {} }: Link,
  tag: string,
  changes: OldChanges,
): Required<Link>['merged'] {
  const byTag = new Map(Object.entries(merged))
  const byName = new Map(Object.entries(byTag.get(tag) ?? {}))
  for (const [name, value] of changes)
    byName.set(name, [...(byName.get(name) ?? []), hashOfChange(value)])
  byTag.delete(tag)
  const recent = [...byTag].slice(1 - mergedTags)
  return Object.fromEntries([...recent, [tag, Object.fromEntries(byName)]])
}

/** Returns what tells whether the session has a change already that began from the stamp with this tag, by name and hash. */
export function createIsMerged(link: Link | undefined, tag: string) {
  const byName = new Map(Object.entries(new Map(Object.entries(link?.merged ?? {})).get(tag) ?? {}))
  return (name: string, hash: string) => byName.get(name)?.includes(hash) ?? false
}
