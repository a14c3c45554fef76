import { describe, expect, test } from 'vitest'
import { untilAvailable, fixtureOn, fixtureOnServer, type FaultFixture, loggedIn } from '../fault-fixture.ts'
import type { Connect } from '../connect.ts'
import { startSecure } from '../secure.ts'
import { until } from '../until.ts'

/** What the store says while its client has no password for a server that asks for one; clients differ. */
export type PasswordMissing = 'ERR_STORE_REFUSED' | 'ERR_STORE_UNAVAILABLE'

/** What happens where the credentials of a client are not those that Redis asks for, each as a test. */
export function proveAccessFaults(connect: Connect, passwordMissing: PasswordMissing): void {
  describe('access', () => {
    test(`a client without the password that Redis asks for: ${passwordMissing}, and nobody is logged out`, async () => {
      const bench = await fixtureOnServer(connect)
      await locked(bench, {
        code: passwordMissing,
        lock: ['ACL', 'SETUSER', 'default', 'resetpass', '>set'],
        unlock: ['ACL', 'SETUSER', 'default', 'nopass'],
      })
    })

    test('a client with a wrong password: ERR_STORE_UNAVAILABLE, and nobody is logged out', async () => {
      const bench = await fixtureOn(await startSecure(), connect)
      await locked(bench, {
        code: 'ERR_STORE_UNAVAILABLE',
        lock: ['ACL', 'SETUSER', 'app', 'resetpass', '>another'],
        unlock: ['ACL', 'SETUSER', 'app', '>apps-secret'],
      })
    })
  })
}

/** Fails unless reading and writing come to that code while the client is locked out, and to the session afterwards. */
async function locked(
  bench: FaultFixture,
  { code, lock, unlock }: Record<'lock' | 'unlock', string[]> & { code: string },
): Promise<void> {
  const { node, visitor } = bench
  const user = await loggedIn(bench)
  const { cookie } = user
  await node.command(...lock)
  await node.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await comesTo(code, () => user.peek())
  await comesTo(code, () => visitor().visit((session) => session.login('bob')))
  expect(user.cookie).toBe(cookie)
  await node.command(...unlock)
  await untilAvailable(bench)
  expect(await user.peek()).toMatchObject({ userId: 'ann' })
}

/** The first command may meet the connection as it breaks, which is another trouble, but never a success. */
async function comesTo(code: string, ask: () => Promise<unknown>): Promise<void> {
  await until(`an answer of ${code}`, async () => {
    const error: unknown = await ask().catch((caught) => caught)
    expect(Object(error).code).toMatch(/^ERR_STORE_/)
    return Object(error).code === code
  })
}
