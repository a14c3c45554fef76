import {
  createTestCarrier,
  type TestCarrierOptions,
  type TestData,
} from '@sojourn/conformance/testing'
import type { ConfigOptions } from '../../src/options/options.ts'
import type { Session } from '../../src/session/session.ts'
import { testManager } from '../support.ts'

export type Asked = Record<string, string>
export type Handle = (session: Session<TestData>) => unknown

export const login: Handle = (session) => session.login('ada')
export const logout: Handle = (session) => session.destroy()
export const rotate: Handle = (session) => session.rotate()
const who: Handle = (session) => session.userId
const header = { header: 'X-Session-Token' }

/** Every way to ask with a token and to find the next one. */
export const ways = [
  {
    tokenIn: 'bearer',
    vary: 'Authorization',
    ask: (token: string): Asked => ({ authorization: `Bearer ${token}` }),
    answer: 'session-token',
  },
  {
    tokenIn: header,
    vary: 'X-Session-Token',
    ask: (token: string): Asked => ({ 'x-session-token': token }),
    answer: 'x-session-token',
  },
] as const

export function setUp(options: Partial<ConfigOptions>) {
  const { manager, clock, calls } = testManager(options)
  const told: string[] = []
  manager.on('discarded', ({ what, why }) => told.push(`${what} ${why}`))
  const ask = async (use: TestCarrierOptions, handle: Handle = who) => {
    const carrier = createTestCarrier(use)
    const session = await manager.load(carrier)
    await handle(session)
    await manager.commit(session, carrier)
    return { session, carrier, cookie: carrier.setCookies[0]?.split(';')[0] }
  }
  return { manager, clock, calls, told, ask }
}
