import type { SessionRecord } from '../record/record.ts'
import type { OpenedSession } from './opened-session.ts'

/** How a store takes over sessions of another store. Used by `migrateStore` of `@sojourn/migrate`. */
export interface StoreImports {
  /**
   * Returns the tokens by which this store opens an imported session whose own token is of another kind: one for each
   * key. A request that opened the session in the other store opens it here by one of them.
   */
  tokensFor(record: Pick<SessionRecord, 'id' | 'authority'>): readonly string[]
  /**
   * Inserts a session as it is, under its id and regardless of limits. Of several requests that adopt it at once, one
   * succeeds, and all get the session as it is here then. Returns `undefined` if it has ended here (P1).
   *
   * @param opened The session, its data encoded by the codec of this store.
   * @param tokens The tokens by which the request opened it.
   */
  adopt(opened: OpenedSession, tokens: readonly string[]): Promise<ImportedSession | undefined>
  /** Returns the session if it is here already and has not ended. Takes the same arguments as `adopt`. */
  find(opened: OpenedSession, tokens: readonly string[]): Promise<ImportedSession | undefined>
}

/** An imported session, whether this request or another one imported it. */
export interface ImportedSession {
  readonly opened: OpenedSession
  /** Present if this request imported it and the client needs another token: send it. */
  readonly token?: string
}
