import type { KeyObject } from 'node:crypto'
import { hmac } from '../record/hmac.ts'
import type { SessionRecord } from '../record/record.ts'
import { asPresented, offer, type Presented, presentedBy } from '../record/rotation.ts'
import { type GenuineToken, hashSecret, importedGeneration, mintVersion } from '../record/token.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { StoreImports } from '../store/store-import.ts'
import { createClaims } from './claims.ts'
import type { KeyedContext } from './context.ts'

/**
 * Returns the `imports` of a keyed store. A session is inserted under the id that it has, so of several requests that
 * import it one succeeds, and a tombstone under that id is final (P1).
 *
 * - From another keyed store: the record brings its verifier, so the token of the client stays valid.
 * - From a store that seals sessions in their tokens: the record has no secret. It gets one that is derived from its id
 *   and authority, and with it an offer (rotation.ts) of another one, whose token is sent to the client. Every sealed
 *   token of that authority can be translated to the derived secret (`tokensFor`), so it opens the session until the
 *   client has presented the token that it was offered (P3).
 */
export function createImports(context: KeyedContext): StoreImports {
  const { backend, rows, env, verifier, tokenOf } = context
  const { clock } = env
  const importKeys = env.keyring.derive('arrival')
  const tokensFor: StoreImports['tokensFor'] = (record) =>
    importKeys().map((key) =>
      tokenOf(record, { secret: importSecret(record, key), generation: importedGeneration }),
    )

  return {
    tokensFor,
    async adopt(source, tokens) {
      if (env.ids.refusalOf(source.record)) return undefined
      const { record, offered } = toLocalRecord(source.record)
      const opened = rows.withOrigin(
        { ...source, record },
        {
          lineage: { version: mintVersion(), priorVersions: [] },
          presented: presentedSecret(record, tokens),
        },
      )
      const { inserted } = await backend.insert(record.id, rows.write(opened), { at: clock() })
      if (!inserted) return find(source, tokens)
      return offered === undefined ? { opened } : { opened, token: tokenOf(record, offered) }
    },
    find,
    claims: createClaims(context),
  }

  async function find({ record: { id } }: OpenedSession, tokens: readonly string[]) {
    const found = await backend.find(id, clock())
    if (found === null || 'ended' in found) return undefined
    const opened = rows.readAndCheckData(id, found)
    if (typeof opened === 'string') return undefined
    const presented = presentedSecret(opened.record, tokens)
    const follower = presented ?? genuineOf(opened.record, tokens).map(asPresented)[0]
    return { opened: rows.withOrigin(opened, { ...rows.originOf(opened), presented, follower }) }
  }

  /** Returns the genuine tokens of a request: those that it brought, and the derived ones. */
  function genuineOf(record: SessionRecord, tokens: readonly string[]): readonly GenuineToken[] {
    return verifier.genuineOf([...tokens, ...tokensFor(record)])
  }

  /** Returns the secret by which the request opens the record: that of a token it brought, or a derived one. */
  function presentedSecret(
    record: SessionRecord,
    tokens: readonly string[],
  ): Presented | undefined {
    return presentedBy(genuineOf(record, tokens), record, clock())
  }

  /**
   * Returns the record as this store keeps it, with a derived secret and an offer if it has none. It is derived by the
   * first key; after a key roll it is still found, because `tokensFor` covers all keys.
   */
  function toLocalRecord({ leaving: _, ...record }: SessionRecord) {
    if (record.verifier.current) return { record, offered: undefined }
    const [key] = importKeys()
    if (!key) throw new TypeError('A keyring holds at least one key')
    const secret = importSecret(record, key)
    const verifier = { current: hashSecret(secret), generation: importedGeneration }
    return offer({ ...record, verifier }, secret, clock())
  }
}

/** Returns the derived secret of a record: 24 bytes as base64url, like any other secret. */
function importSecret({ id, authority }: Pick<SessionRecord, 'id' | 'authority'>, key: KeyObject) {
  return hmac(key, `${id}.${authority}`).toString('base64url', 0, 24)
}
