import type { EndReason, SessionId, SessionRecord } from '../record/record.ts'
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
  /** What sessions of other libraries have become here. */
  readonly claims: ImportClaims
}

/**
 * Decides once and for all what a session of another library becomes. Such a session has no id of ours, its old server may
 * write it again, and its cookie may never expire; so a tombstone of its id is not enough. A claim is kept until no cookie
 * opens the old session any more.
 */
export interface ImportClaims {
  /** Returns the claim of a key, if there is one. Only an HMAC of the key is stored. */
  find(key: string): Promise<ImportClaim | undefined>
  /**
   * Claims a key, unless it is claimed already, and returns the claim that is there then: of parallel requests, one
   * succeeds. `until` is when the claim may be forgotten, in epoch ms.
   */
  make(key: string, claim: ClaimedAs, until: number): Promise<ImportClaim>
  /**
   * Claims a key anew, from now on and until `until`. `claimAfter` returns the claim from the one that is there; it is called
   * again when another request has changed that meanwhile.
   */
  renew(
    key: string,
    claimAfter: (before: ImportClaim | undefined) => ClaimedAs,
    until: number,
  ): Promise<void>
}

/** What a session of another library is here: the session that it became, or why it ended without becoming one. */
export type ClaimedAs = { readonly id: SessionId } | { readonly ended: EndReason }

/** A claim, and when it was made, in epoch ms. */
export type ImportClaim = ClaimedAs & { readonly claimedAt: number }

/** An imported session, whether this request or another one imported it. */
export interface ImportedSession {
  readonly opened: OpenedSession
  /** Present if this request imported it and the client needs another token: send it. */
  readonly token?: string
}
