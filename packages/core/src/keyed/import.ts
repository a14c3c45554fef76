import { createHmac, type KeyObject } from 'node:crypto'
import type { SessionRecord } from '../record/record.ts'
import { offer, type Presented, presentedBy } from '../record/rotation.ts'
import { hashSecret, mintVersion, verifyToken } from '../record/token.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { StoreImports } from '../store/store-import.ts'
import type { KeyedContext } from './context.ts'

/**
 * The `arrivals` of a keyed store. The insert under the id that the session has already decides between those who move
 * it at once, and a tombstone there is final.
 *
 * A record of another keyed store comes with its verifier, so its token stays good. One that was sealed in its token has
 * none: it gets a secret that derives from its id and authority, and with it the offer of another. So every token that
 * was good there opens it here, until the client has come back with the one that it was offered (P3).
 */
export function createImports(parts: KeyedContext): StoreImports {
  const { backend, rows, env, keys, tokenOf } = parts
  const { clock } = env
  const importKeys = env.keyring.derive('arrival')
  const tokensFor: StoreImports['tokensFor'] = (record) =>
    importKeys.map((key) => tokenOf(record, secretOf(record, key)))

  return {
    tokensFor,
    async adopt(guest, tokens) {
      const { record, secret } = toLocalRecord(guest.record)
      const opened: OpenedSession = { ...guest, record }
      const lineage = { version: mintVersion(), priorVersions: [] }
      const row = rows.write(opened, { lineage, presented: presented(record, tokens) })
      const { inserted } = await backend.insert(record.id, row, { at: clock() })
      if (!inserted) return find(guest, tokens)
      return secret === undefined ? { opened } : { opened, token: tokenOf(record, secret) }
    },
    find,
  }

  async function find({ record: { id } }: OpenedSession, tokens: readonly string[]) {
    const found = await backend.find(id, clock())
    if (found === null || 'ended' in found) return undefined
    const opened = rows.readWhole(id, found)
    if (opened === 'corrupt') return undefined
    rows.setOrigin(opened, {
      ...rows.originOf(opened),
      presented: presented(opened.record, tokens),
    })
    return { opened }
  }

  /** By which secret the request has opened the session here, in whatever form it came. */
  function presented(record: SessionRecord, tokens: readonly string[]): Presented | undefined {
    const verified = [...tokens, ...tokensFor(record)].map((value) => verifyToken(value, keys))
    const genuine = verified.filter((value) => typeof value !== 'string')
    return presentedBy(genuine, record, clock())
  }

  /** The record as it is here; a secret only where it had none. A key roll disturbs nothing: `tokensFor` has all keys. */
  function toLocalRecord({ leaving: _, ...record }: SessionRecord) {
    if (record.verifier.current) return { record, secret: undefined }
    const [key] = importKeys
    if (!key) throw new TypeError('A keyring holds at least one key')
    const secret = secretOf(record, key)
    return offer({ ...record, verifier: { current: hashSecret(secret) } }, secret)
  }
}

/** As long as any other secret. */
function secretOf({ id, authority }: Pick<SessionRecord, 'id' | 'authority'>, key: KeyObject) {
  const mac = createHmac('sha256', key).update(`${id}.${authority}`)
  return mac.digest().subarray(0, 24).toString('base64url')
}
