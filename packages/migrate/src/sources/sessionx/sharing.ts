import type { SessionId } from '@sojourn/core'
import type { OpenedSession, SessionStore } from '@sojourn/core/store'
import type { ShareContext } from '../source.ts'
import { fromGoData, type GoData } from './go-data.ts'
import type { SharedRecords } from './shared-records.ts'

/** How long Go services may go on with an id that is no longer that of a session, in ms: of requests on their way. */
export const graceMs = 60_000

/** What `shareWithGo` needs. */
export interface SharingOptions {
  readonly records: SharedRecords
  readonly cookieName: string
  /** The attributes of the cookie of SessionX, as they follow its value. */
  readonly attributes: string
  /** How long Go services keep a record after they have written it, in ms. */
  readonly ttl: number
  /** The option `userId`. */
  readonly userId: ((data: Record<string, unknown>) => unknown) | undefined
}

/** The sharing of sessions with Go services, made for one manager, and what its operations have in common. */
export interface Sharing extends SharingOptions, ShareContext {
  /** The store of the migration. */
  readonly store: SessionStore
  /** The text of the record of a session that was opened here, as it was read or written last. */
  readonly texts: WeakMap<OpenedSession, string>
  /** What a session of SessionX was that was opened here and not imported yet. */
  readonly origins: WeakMap<OpenedSession, Origin>
  /** The id of the record that a Go handler has rotated from that of a session, as this request found it. */
  readonly rotated: WeakMap<OpenedSession, string>
}

/** What a session of SessionX was before its import. */
interface Origin {
  /** Its id there. */
  readonly key: string
  /** The session of ours that ends with the import: its user has logged in on a Go service. */
  readonly replaces?: SessionId
}

/** Returns the user in data of SessionX, as far as the option `userId` finds one. */
export function userOf({ userId }: Sharing, data: GoData): string | undefined {
  const user = userId?.(fromGoData(data))
  return user === undefined || user === null ? undefined : String(user)
}

/** Returns the key of the claim that a session has had a record. */
export function writtenKey({ claimKey }: Sharing, key: string): string {
  return claimKey(`record of ${key}`)
}

/** Returns false for a session of SessionX that was not imported yet: it has no secret of ours. */
export function isOurs({ record }: OpenedSession): boolean {
  return record.verifier.current !== ''
}
