import { createHash } from 'node:crypto'
import { jsonCodec } from '../src/data/codec.ts'
import { createRecord } from '../src/record/record.ts'
import type { OpenedSession } from '../src/store/opened-session.ts'
import type { SessionStore, StoreFactory } from '../src/store/store.ts'

/**
 * A store whose token is the record itself, as a sealed one is: as long as its data, another one after each change, and
 * covered by a checksum in place of a seal. Enough to see how core carries such tokens.
 */
export function longTokenStore(maxCookies?: number): StoreFactory {
  const seal = (opened: OpenedSession): string => {
    const text = JSON.stringify({ ...opened, data: Buffer.from(opened.data).toString('hex') })
    const body = Buffer.from(text).toString('base64url')
    return `${body}.${checksum(body)}`
  }
  const unseal = (token: string): OpenedSession | undefined => {
    const [body = '', sum] = token.split('.')
    if (sum !== checksum(body)) return undefined
    const opened = JSON.parse(Buffer.from(body, 'base64url').toString()) as OpenedSession & {
      data: string
    }
    return { ...opened, data: Buffer.from(opened.data, 'hex') }
  }
  return ({ clock, ids }): SessionStore => ({
    codec: jsonCodec,
    supports: {
      conditionalWrite: false,
      revocation: false,
      list: false,
      limit: false,
      scan: false,
    },
    ...(maxCookies === undefined ? {} : { maxCookies }),
    async open(tokens) {
      const [opened] = tokens.flatMap((token) => unseal(token) ?? [])
      if (opened) return { outcome: 'open', opened }
      return { outcome: 'discarded', why: 'forged', id: undefined }
    },
    async create(draft) {
      const record = createRecord({ ...draft, id: ids.mint(), at: clock(), secretHash: '' })
      const opened = { record, touchedAt: clock(), data: draft.data }
      return { created: true, opened, token: seal(opened), evicted: [] }
    },
    async save(opened, { data }) {
      const next = { ...opened, data: data?.mine ?? opened.data }
      return { saved: true, opened: next, token: seal(next) }
    },
    end: async (opened) => ({ last: opened }),
    ping: async () => undefined,
    close: async () => undefined,
  })
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
