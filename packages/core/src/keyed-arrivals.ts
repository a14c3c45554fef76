import { createHmac, type KeyObject } from 'node:crypto'
import type { GuardedBackend } from './guard.ts'
import type { KeyedRows } from './keyed-rows.ts'
import type { SessionId, SessionRecord } from './record.ts'
import { offer } from './rotation.ts'
import type { Arrival, Opened, StoreArrivals, StoreEnv } from './store.ts'
import { hashSecret, mintVersion } from './token.ts'

interface ArrivalParts {
  readonly guarded: GuardedBackend
  readonly rows: KeyedRows
  readonly env: StoreEnv
  readonly token: (record: Pick<SessionRecord, 'id'>, secret: string) => string
}

/**
 * The `arrivals` of a keyed store. The insert under the id that the session has already decides between those who move
 * it at once, and a tombstone there is final.
 *
 * A record of another keyed store comes with its verifier, so its token stays good. One that was sealed in its token has
 * none: it gets a secret that derives from its id and authority, and with it the offer of another. So every token that
 * was good there opens it here, until the client has come back with the one that it was offered (P3).
 */
export function createArrivals({ guarded, rows, env, token }: ArrivalParts): StoreArrivals {
  const { clock } = env
  const keys = env.keyring.derive('arrival')

  return {
    tokensFor: (record) => keys.map((key) => token(record, secretOf(record, key))),
    async admit({ record: { leaving: _, ...record }, data, touchedAt }) {
      const { record: arrived, secret } = record.verifier.current ? { record } : welcome(record)
      const opened: Opened = { record: arrived, data, touchedAt }
      const lineage = { version: mintVersion(), priorVersions: [] }
      const row = rows.write(opened, { lineage, presented: undefined })
      const { inserted } = await guarded.insert(record.id, row, { at: clock() })
      if (!inserted) return find(record.id)
      return secret === undefined ? { opened } : { opened, token: token(record, secret) }
    },
    find,
  }

  async function find(id: SessionId): Promise<Arrival | undefined> {
    const found = await guarded.find(id, clock())
    if (found === null || 'ended' in found) return undefined
    const opened = rows.readWhole(id, found)
    return opened === 'corrupt' ? undefined : { opened }
  }

  /** The first key of now; `tokensFor` knows all, so that a key roll on the way disturbs nothing. */
  function welcome(record: SessionRecord): { record: SessionRecord; secret: string } {
    const [key] = keys
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
