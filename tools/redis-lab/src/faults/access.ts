import { describe, expect, test } from 'vitest'
import type { Connect } from '../connect.ts'
import {
  type FaultFixture,
  fixtureOn,
  fixtureOnServer,
  loggedIn,
  untilAvailable,
} from '../fault-fixture.ts'
import { startSecure } from '../secure.ts'
import { until } from '../until.ts'

/** The error code while the client has no password for a server that requires one; clients differ. */
export type PasswordMissing = 'ERR_STORE_REFUSED' | 'ERR_STORE_UNAVAILABLE'

/** Registers tests with a client whose credentials Redis refuses. */
export function proveAccessFaults(connect: Connect, passwordMissing: PasswordMissing): void {
  describe('access', () => {
    test(`a client without the password that Redis asks for: ${passwordMissing}, and nobody is logged out`, async () => {
      const fixture = await fixtureOnServer(connect)
      await expectLockedOut(fixture, {
        code: passwordMissing,
        lock: ['ACL', 'SETUSER', 'default', 'resetpass', '>set'],
        unlock: ['ACL', 'SETUSER', 'default', 'nopass'],
      })
    })

    test('a client with a wrong password: ERR_STORE_UNAVAILABLE, and nobody is logged out', async () => {
      const fixture = await fixtureOn(await startSecure(), connect)
      await expectLockedOut(fixture, {
        code: 'ERR_STORE_UNAVAILABLE',
        lock: ['ACL', 'SETUSER', 'app', 'resetpass', '>another'],
        unlock: ['ACL', 'SETUSER', 'app', '>apps-secret'],
      })
    })
  })
}

/**
 * Fails unless reads and writes reject with `code` while the client is locked out, and the session works afterwards.
 */
async function expectLockedOut(
  fixture: FaultFixture,
  { code, lock, unlock }: Record<'lock' | 'unlock', string[]> & { code: string },
): Promise<void> {
  const { node, visitor } = fixture
  const user = await loggedIn(fixture)
  const { cookie } = user
  await node.command(...lock)
  await node.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await expectCode(code, () => user.read())
  await expectCode(code, () => visitor().request((session) => session.login('bob')))
  expect(user.cookie).toBe(cookie)
  await node.command(...unlock)
  await untilAvailable(fixture)
  expect(await user.read()).toMatchObject({ userId: 'ann' })
}

/**
 * Repeats `run` until it rejects with `code`. The first try may fail with another code as the connection breaks, but
 * never succeeds.
 */
async function expectCode(code: string, run: () => Promise<unknown>): Promise<void> {
  await until(`an error ${code}`, async () => {
    const error: unknown = await run().catch((caught) => caught)
    expect(Object(error).code).toMatch(/^ERR_STORE_/)
    return Object(error).code === code
  })
}
