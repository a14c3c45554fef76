import { describe, expect, test } from 'vitest'
import type { Connect } from '../connect.ts'
import { fixtureOnServer, loggedIn, untilAvailable } from '../fault-fixture.ts'
import { until } from '../until.ts'

const failing = (...codes: string[]) => expect.objectContaining({ code: oneOf(codes) })
const oneOf = (codes: string[]) => expect.stringMatching(new RegExp(`^(${codes.join('|')})$`))

/** Registers tests of faults of one server. */
export function proveServerFaults(connect: Connect): void {
  describe('one server', () => {
    test('killed, it is an error and no lost login; back and empty, it serves who comes', async () => {
      const fixture = await fixtureOnServer(connect)
      const user = await loggedIn(fixture)
      const { cookie } = user
      await fixture.node.kill()
      await expect(user.read()).rejects.toEqual(
        failing('ERR_STORE_UNAVAILABLE', 'ERR_STORE_TIMEOUT'),
      )
      expect(user.cookie).toBe(cookie)
      await fixture.node.restart()
      await untilAvailable(fixture)
      expect(await user.read()).toBeNull()
      expect(await (await loggedIn(fixture)).read()).toMatchObject({ userId: 'ann' })
    })

    test('frozen, every request ends by the deadline, and the cookie stays', async () => {
      const fixture = await fixtureOnServer(connect)
      const user = await loggedIn(fixture)
      const { cookie } = user
      const { session, finish } = await user.begin()
      fixture.node.freeze()
      session.data['n'] = 1
      const began = performance.now()
      await expect(user.copy().read()).rejects.toEqual(failing('ERR_STORE_TIMEOUT'))
      await expect(finish()).rejects.toEqual(failing('ERR_STORE_TIMEOUT', 'ERR_STORE_UNAVAILABLE'))
      const took = performance.now() - began
      console.info(`frozen: a read and a write ended after ${took.toFixed(0)} ms`)
      expect(user.cookie).toBe(cookie)
      fixture.node.thaw()
      await untilAvailable(fixture)
      expect(await user.read()).toMatchObject({ userId: 'ann' })
    })

    test('loading its data, it is not available, and nobody is logged out', async () => {
      const fixture = await fixtureOnServer(connect, [
        'enable-debug-command yes',
        'loading-process-events-interval-bytes 1024',
      ])
      const user = await loggedIn(fixture)
      await fixture.node.command('DEBUG', 'POPULATE', '300', 'other', '1024')
      await fixture.node.command('CONFIG', 'SET', 'key-load-delay', '10000')
      const reloading = fixture.node.command('DEBUG', 'RELOAD')
      await until('an error LOADING', async () => {
        const error: unknown = await user.read().catch((caught) => caught)
        const { code, detail } = Object(error)
        return String(detail).includes('LOADING') && code === 'ERR_STORE_UNAVAILABLE'
      })
      await reloading
      expect(await user.read()).toMatchObject({ userId: 'ann' })
    })

    test('its scripts flushed again and again, no update is lost or done twice', async () => {
      const fixture = await fixtureOnServer(connect)
      const user = await loggedIn(fixture)
      const add = () =>
        user.copy().request((session) =>
          session.update((data) => {
            data['n'] = Number(data['n'] ?? 0) + 1
          }),
        )
      for (let round = 0; round < 10; round++)
        await Promise.all([add(), fixture.node.command('SCRIPT', 'FLUSH'), add(), add()])
      expect((await user.read())?.data).toEqual({ n: 30 })
    })
  })
}
