import type { SessionRecord } from '../record/record.ts'
import type { OpenedSession } from './opened-session.ts'

/** How a store takes over the sessions of another one; see `migrateStore`. */
export interface StoreImports {
  /**
   * The tokens by which this store knows a session whose own token is of another kind, with each of its keys: who opened
   * it there opens it here.
   */
  tokensFor(record: Pick<SessionRecord, 'id' | 'authority'>): readonly string[]
  /**
   * Takes a session over as it is, under its id, past any limit. Of several who try one succeeds, all are answered what
   * is there then, and never over an ended session (P1): `undefined`. A `token` is for the client of the one who
   * succeeded. `tokens` are those by which the request had opened it.
   */
  adopt(opened: OpenedSession, tokens: readonly string[]): Promise<ImportedSession | undefined>
  /** The same session, if it is here already and alive. */
  find(opened: OpenedSession, tokens: readonly string[]): Promise<ImportedSession | undefined>
}

/** A session that has arrived, by whomever. */
export interface ImportedSession {
  readonly opened: OpenedSession
  readonly token?: string
}
