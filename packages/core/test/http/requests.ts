import type { ConfigOptions } from '../../src/options/options.ts'
import type { Session } from '../../src/session/session.ts'
import { counted, managerOver, mapBackend, type TestData, testCarrier } from '../support.ts'

export type Asked = Record<string, string>
export type Handle = (session: Session<TestData>) => unknown

export const login: Handle = (session) => session.login('ada')
export const logout: Handle = (session) => session.destroy()
export const rotate: Handle = (session) => session.rotate()
export const who: Handle = (session) => session.userId
export const header = { header: 'X-Session-Token' }

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
  const { backend, calls } = counted(mapBackend())
  const { manager, clock } = managerOver(backend, options)
  const told: string[] = []
  manager.on('discarded', ({ what, why }) => told.push(`${what} ${why}`))
  const ask = async (use: Parameters<typeof testCarrier>[0], handle: Handle = who) => {
    const carrier = testCarrier(use)
    const session = await manager.load(carrier)
    await handle(session)
    await manager.commit(session, carrier)
    return { session, carrier, cookie: carrier.setCookies[0]?.split(';')[0] }
  }
  return { manager, clock, calls, told, ask }
}
