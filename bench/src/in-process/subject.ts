import type { SessionManager } from '@sojourn/core'
import type { Keeping } from '../contenders/baselines.ts'
import type { BenchData } from '../contenders/data.ts'
import { RequestCarrier } from './carrier.ts'

/** Sessions in this process, without HTTP. Each operation is what a whole request does with its session. */
export interface Subject {
  /** A visitor without a cookie logs in with this data; returns the cookie of the new session. */
  login(data: BenchData): Promise<string>
  /** Reads one value. @throws Error if there is no session */
  read(cookie: string): Promise<unknown>
  /** Changes one key; returns the cookie to send from then on. */
  write(cookie: string): Promise<string>
}

/** Sessions as they are written by hand. */
export function byHand({ open, keep }: Keeping): Subject {
  return {
    login: async (data) => (await keep(data, undefined)) ?? '',
    read: async (cookie) => found((await open(cookie))?.n),
    async write(cookie) {
      const data = (await open(cookie)) ?? {}
      data.n = found(data.n) + 1
      return (await keep(data, cookie)) ?? cookie
    },
  }
}

/** The sessions of a manager. */
export function bySojourn(manager: SessionManager<BenchData>): Subject {
  return {
    async login(data) {
      const carrier = new RequestCarrier(undefined)
      const session = await manager.load(carrier)
      Object.assign(session.data, data)
      await session.login(data.user ?? '')
      await manager.commit(session, carrier)
      return carrier.cookie() ?? ''
    },
    async read(cookie) {
      const carrier = new RequestCarrier(cookie)
      const session = await manager.load(carrier)
      const { n } = session.data
      await manager.commit(session, carrier)
      return found(n)
    },
    async write(cookie) {
      const carrier = new RequestCarrier(cookie)
      const session = await manager.load(carrier)
      session.data.n = found(session.data.n) + 1
      await manager.commit(session, carrier)
      return carrier.cookie() ?? cookie
    },
  }
}

function found(n: number | undefined): number {
  if (n === undefined) throw new Error('The session is gone')
  return n
}
