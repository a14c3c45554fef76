import type { StoreFactory } from '@sojourn/core'
import { describe, expect, test } from 'vitest'
import { ecDevice, rsaDevice } from './device.ts'
import {
  boundName,
  cookieName,
  createBrowser,
  createWorld,
  minute,
  refreshPath,
  registerPath,
  type WorldOptions,
} from './world.ts'

/** The cases K-01 to K-13 of the attacks on device-bound sessions, on one store. */
export function proveDeviceBinding(openStore: () => StoreFactory): void {
  const open = (options: Omit<WorldOptions, 'store'> = {}) => {
    const world = createWorld({ store: openStore(), ...options })
    return { ...world, ada: createBrowser(world.manager) }
  }

  describe('a registration', () => {
    test('binds the session, and the next request confirms it', async () => {
      const { ada, reports } = open()
      expect(await ada.visit((session) => session.login('ada'))).toMatchObject({ userId: 'ada' })
      expect(ada.offer).toBeDefined()
      const reply = await ada.register()
      expect(reply.status).toBe(200)
      expect(reply.header('cache-control')).toBe('no-store')
      expect(reply.challengeId).toBe(ada.id)
      expect(await ada.visit()).toEqual({ userId: 'ada', binding: 'bound', ended: undefined })
      expect(reports).toEqual(['bound'])
    })

    test('is offered to nobody who is not logged in, and not again to who is bound', async () => {
      const { ada } = open()
      await ada.visit(({ data }) => Object.assign(data, { cart: 1 }))
      expect(ada.offer).toBeUndefined()
      await ada.bind()
      await ada.visit()
      expect(ada.offer).toBeUndefined()
    })

    test('K-01: without, with a wrong, an expired or a used challenge stores nothing', async () => {
      const { ada, pass } = open()
      await ada.visit((session) => session.login('ada'))
      const { offer = '' } = ada
      const bob = createBrowser(open().manager)
      await bob.visit((session) => session.login('bob'))
      const wrong = ['', 'c', `${offer}x`, offer.toUpperCase(), bob.offer ?? '']
      for (const challenge of wrong)
        expect((await ada.register(ada.device.register(challenge))).status).toBe(400)
      expect((await ada.post(registerPath)).status).toBe(400)
      pass(5 * minute + 1)
      expect((await ada.register(ada.device.register(offer))).status).toBe(400)
      expect((await ada.visit()).binding).toBe('none')
      await ada.visit((session) => session.login('ada'))
      expect((await ada.register()).status).toBe(200)
      expect((await ada.visit()).binding).toBe('bound')
      const thief = ada.copy()
      expect((await thief.register(thief.device.register(ada.offer ?? offer))).status).toBe(400)
      expect((await ada.visit()).binding).toBe('bound')
    })

    test('K-01: a thief who has seen the whole registration cannot repeat it with another key', async () => {
      const { ada } = open()
      await ada.visit((session) => session.login('ada'))
      const thief = ada.copy()
      expect((await ada.register()).status).toBe(200)
      expect((await thief.register()).status).toBe(400)
      expect((await ada.visit()).binding).toBe('bound')
    })

    test('K-02: another type, algorithm or key is refused', async () => {
      const { ada } = open()
      await ada.visit((session) => session.login('ada'))
      const challenge = ada.offer ?? ''
      const { jwk } = ada.device
      const bad = [
        ada.device.register(challenge, { header: { typ: 'JWT' } }),
        ada.device.register(challenge, { header: { alg: 'none' } }),
        ada.device.register(challenge, { header: { alg: 'HS256' } }),
        ada.device.register(challenge, { header: { alg: 'PS256' } }),
        ada.device.register(challenge, { header: { jwk: { ...jwk, d: jwk.x } } }),
        ada.device.prove(challenge),
        ecDevice('P-384').register(challenge),
        rsaDevice(1024).register(challenge),
        `${ada.device.register(challenge).split('.').slice(0, 2).join('.')}.`,
      ]
      for (const proof of bad) expect((await ada.register(proof)).status).toBe(400)
      expect((await ada.register()).status).toBe(200)
    })

    test('without a session is 401', async () => {
      const { ada } = open()
      expect((await ada.register(ada.device.register('c'))).status).toBe(401)
    })

    test('of a browser that did not get the response is repeated with another offer', async () => {
      const { ada } = open()
      await ada.visit((session) => session.login('ada'))
      const lost = ada.copy()
      expect((await lost.register()).status).toBe(200)
      expect((await ada.visit()).binding).toBe('pending')
      await ada.visit((session) => session.login('ada'))
      expect((await ada.register()).status).toBe(200)
      expect((await ada.visit()).binding).toBe('bound')
    })
  })

  describe('a refresh', () => {
    test('keeps the session through five lifetimes, in both algorithms', async () => {
      for (const device of [ecDevice(), rsaDevice()]) {
        const { manager, pass, reports } = open()
        const ada = createBrowser(manager, undefined, device)
        await ada.bind()
        for (let round = 0; round < 5; round++) {
          pass(8 * minute)
          expect((await ada.refresh()).status).toBe(200)
          expect(await ada.visit()).toMatchObject({ userId: 'ada', binding: 'bound' })
        }
        expect(reports).toEqual(['bound', ...Array(5).fill('refreshed')])
      }
    })

    test('K-03: only the stored key counts', async () => {
      const { ada, pass } = open()
      await ada.bind()
      pass(9 * minute)
      const thief = ada.copy()
      expect((await thief.refresh()).status).toBe(400)
      expect((await thief.refresh(thief.device.register(ada.challenge))).status).toBe(400)
      const { jwk } = ada.device
      expect((await ada.refresh(ada.device.prove(ada.challenge, { header: { jwk } }))).status).toBe(
        400,
      )
      expect(
        (await ada.refresh(ada.device.prove(ada.challenge, { header: { alg: 'RS256' } }))).status,
      ).toBe(400)
      expect((await thief.visit()).ended).toBe('unbound')
      expect((await ada.refresh()).status).toBe(200)
    })

    test('K-04: the proof of a registration is none of a refresh, and the other way round', async () => {
      const { ada } = open()
      await ada.visit((session) => session.login('ada'))
      const { offer = '' } = ada
      expect((await ada.register()).status).toBe(200)
      expect((await ada.refresh(ada.device.prove(offer))).status).toBe(403)
      expect((await ada.refresh(ada.device.register(offer))).status).toBe(400)
      await ada.refresh()
      await ada.visit((session) => session.login('ada'))
      expect((await ada.register(ada.device.register(ada.challenge))).status).toBe(400)
    })

    test('K-05: the device binding of another user is refused', async () => {
      const { ada, manager } = open()
      const bob = createBrowser(manager)
      await ada.bind('ada')
      await bob.bind('bob')
      const proof = { 'secure-session-response': bob.device.prove(bob.challenge) }
      const reply = await ada.post(refreshPath, { ...proof, 'sec-secure-session-id': bob.id })
      expect(reply.status).toBe(404)
      expect(reply.setCookies).toEqual([])
      const own = await ada.post(refreshPath, { ...proof, 'sec-secure-session-id': ada.id })
      expect(own.status).toBe(400)
    })

    test('K-06: header fields are read bare and quoted; junk is 4xx', async () => {
      const { ada } = open()
      await ada.visit((session) => session.login('ada'))
      expect((await ada.register(`"${ada.device.register(ada.offer ?? '')}"`)).status).toBe(200)
      const send = (id: string, proof: string) =>
        ada.post(refreshPath, { 'sec-secure-session-id': id, 'secure-session-response': proof })
      const proof = ada.device.prove(ada.challenge)
      expect((await send(`"${ada.id}"`, `"${proof}"`)).status).toBe(200)
      expect((await send(ada.id, proof)).status).toBe(200)
      for (const junk of [
        '',
        '"',
        `${ada.id}, ${ada.id}`,
        '?1',
        '()',
        `"${ada.id}`,
        ' '.repeat(300),
      ])
        expect((await send(junk, proof)).status).toBe(400)
      for (const junk of [
        '',
        '"',
        `${proof}, ${proof}`,
        `"${proof}`,
        `${proof}"`,
        'a'.repeat(5000),
      ])
        expect((await send(ada.id, junk)).status).toBe(400)
    })

    test('K-07: without a proof gets a challenge, and the next one with it passes', async () => {
      const { ada, pass } = open()
      await ada.bind()
      pass(60 * minute)
      const reply = await ada.post(refreshPath, { 'sec-secure-session-id': ada.id })
      expect(reply.status).toBe(403)
      expect(reply.challengeId).toBe(ada.id)
      expect(reply.setCookies).toEqual([])
      expect((await ada.refresh(ada.device.prove(reply.challenge ?? ''))).status).toBe(200)
      expect((await ada.visit()).binding).toBe('bound')
    })

    test('K-07: with a challenge that a laptop has slept over gets another one', async () => {
      const { ada, pass } = open()
      await ada.bind()
      pass(60 * minute)
      expect((await ada.refresh()).status).toBe(403)
      expect((await ada.refresh()).status).toBe(200)
    })

    test('K-08: twenty tabs refresh at once, and none is logged out', async () => {
      const { ada, pass } = open()
      await ada.bind()
      pass(9 * minute)
      const tabs = Array.from({ length: 20 }, () => ada.copy())
      const proof = ada.device.prove(ada.challenge)
      const replies = await Promise.all(tabs.map((tab) => tab.refresh(proof)))
      expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200))
      for (const tab of tabs) expect((await tab.visit()).binding).toBe('bound')
    })

    test('K-08: an answered challenge works for a minute, and then no more', async () => {
      const { ada, pass } = open()
      await ada.bind()
      const proof = ada.device.prove(ada.challenge)
      pass(minute)
      expect((await ada.refresh(proof)).status).toBe(200)
      const thief = ada.copy()
      pass(minute - 1)
      expect((await thief.refresh(proof)).status).toBe(200)
      pass(1)
      expect((await thief.refresh(proof)).status).toBe(403)
      expect((await ada.refresh()).status).toBe(200)
    })

    test('K-08: a captured proof is not accepted again once a newer challenge was answered', async () => {
      const { ada, pass } = open()
      await ada.bind()
      const captured = ada.device.prove(ada.challenge)
      const thief = ada.copy()
      pass(1)
      expect((await ada.refresh(captured)).status).toBe(200)
      expect((await thief.refresh(captured)).status).toBe(200)
      pass(5 * minute)
      expect((await ada.refresh()).status).toBe(200)
      const reply = await thief.refresh(captured)
      expect(reply.status).toBe(403)
      expect(reply.setCookies).toEqual([])
    })

    test('K-13: past the absolute limit the session ends', async () => {
      const { ada, pass } = open({ config: { absoluteTimeout: '1h', maxAge: '1h' } })
      await ada.bind()
      for (let past = 0; past < 56; past += 8) {
        pass(8 * minute)
        expect((await ada.refresh()).status).toBe(200)
        await ada.visit()
      }
      pass(8 * minute)
      const reply = await ada.refresh()
      expect(reply.status).toBe(200)
      expect(reply.body).toEqual({ session_identifier: ada.id, continue: false })
      expect((await ada.visit()).userId).toBeUndefined()
    })

    test('does not prolong a session that nobody uses', async () => {
      const { ada, pass } = open({ config: { maxAge: '30m', absoluteTimeout: '1d' } })
      await ada.bind()
      for (let past = 0; past < 24; past += 8) {
        pass(8 * minute)
        expect((await ada.refresh()).status).toBe(200)
      }
      pass(8 * minute)
      expect((await ada.refresh()).body).toMatchObject({ continue: false })
    })
  })

  describe('a thief', () => {
    test('K-09: with all cookies has the lifetime, and nothing after that', async () => {
      const { ada, pass, reports } = open()
      await ada.bind()
      const thief = ada.copy()
      pass(8 * minute - 1)
      expect(await thief.visit()).toMatchObject({ userId: 'ada', binding: 'bound' })
      pass(1)
      expect(await thief.visit()).toEqual({
        userId: undefined,
        binding: expect.any(String),
        ended: 'unbound',
      })
      expect(reports).toContain('expired')
      expect((await ada.refresh()).status).toBe(200)
      expect((await ada.visit()).userId).toBe('ada')
      expect((await thief.visit()).userId).toBeUndefined()
    })

    test('K-09: with the session cookie alone has nothing, in whatever header', async () => {
      const { ada, reports } = open({ config: { tokenIn: ['cookie', 'bearer'] } })
      await ada.bind()
      const token = /__Host-sid=([^;]+)/.exec(ada.jar.header ?? '')?.[1] ?? ''
      const thief = ada.copy()
      thief.jar.header = `${cookieName}=${token}`
      expect((await thief.visit()).ended).toBe('unbound')
      thief.jar.header = ''
      const seen = await thief.visit(undefined, { authorization: `Bearer ${token}` })
      expect(seen).toMatchObject({ userId: undefined, ended: 'unbound' })
      expect(reports).toEqual(['bound', 'missing', 'missing'])
    })

    test('K-09: with the bound cookie of another session, or one that was changed, has nothing', async () => {
      const { ada, manager } = open()
      const bob = createBrowser(manager)
      await ada.bind('ada')
      await bob.bind('bob')
      const [sid, bound] = [cookieName, boundName].map((name) => pairOf(ada.jar.header, name))
      const foreign = pairOf(bob.jar.header, boundName)
      const thief = ada.copy()
      for (const other of [foreign, `${bound}x`, `${boundName}=`, bound?.replace('=', '=z')]) {
        thief.jar.header = `${sid}; ${other}`
        expect((await thief.visit()).ended).toBe('unbound')
      }
    })

    test('K-09: cannot pretend to have skipped: the id of the binding is in no cookie', async () => {
      const { ada, pass } = open()
      await ada.bind()
      pass(9 * minute)
      const thief = ada.copy()
      const skipped = (id: string) => ({
        'secure-session-skipped': `quota_exceeded;session_identifier="${id}"`,
      })
      const sid = pairOf(ada.jar.header, cookieName)?.split('=')[1] ?? ''
      for (const id of ['', '*', sid, sid.split('.')[0] ?? ''])
        expect((await thief.visit(undefined, skipped(id))).ended).toBe('unbound')
      expect(await ada.visit(undefined, skipped(ada.id))).toMatchObject({
        userId: 'ada',
        binding: 'skipped',
      })
      pass(9 * minute)
      expect((await ada.visit(undefined, skipped(ada.id))).ended).toBe('unbound')
    })

    test('who waits for an offer by rotation gets none of a session that is bound', async () => {
      const { ada, pass } = open({ config: { rotationInterval: '5m' } })
      await ada.bind()
      const thief = ada.copy()
      pass(6 * minute)
      await thief.visit()
      expect(thief.offer).toBeUndefined()
    })
  })

  describe('the life of the session', () => {
    test('K-10: after a logout a refresh ends the device binding', async () => {
      const { ada } = open()
      await ada.bind()
      const tab = ada.copy()
      await ada.visit((session) => session.destroy())
      expect(ada.jar.header ?? '').not.toContain(boundName)
      const reply = await tab.refresh(ada.device.prove(ada.challenge))
      expect(reply.status).toBe(200)
      expect(reply.body).toEqual({ session_identifier: ada.id, continue: false })
      expect(tab.jar.header ?? '').not.toContain(boundName)
    })

    test('K-12: the attributes in the instructions are those of Set-Cookie', async () => {
      const { ada } = open({ config: { sameSite: 'strict' } })
      await ada.visit((session) => session.login('ada'))
      const { body, setCookies } = await ada.register()
      const [line = ''] = setCookies
      const [pair, ...attributes] = line.split('; ')
      expect(pair).toMatch(/^__Host-sid\.bound=/)
      expect(attributes.filter((each) => each.startsWith('Max-Age='))).toHaveLength(1)
      const kept = attributes.filter((each) => !each.startsWith('Max-Age='))
      expect(body).toEqual({
        session_identifier: ada.id,
        refresh_url: refreshPath,
        scope: { include_site: false },
        credentials: [{ type: 'cookie', name: boundName, attributes: kept.join('; ') }],
      })
      expect(kept.join('; ')).toBe('Path=/; HttpOnly; Secure; SameSite=Strict')
    })

    test('a rotation keeps the device binding', async () => {
      const { ada, pass } = open({ config: { rotationInterval: '5m' } })
      await ada.bind()
      pass(6 * minute)
      await ada.visit()
      await ada.visit((session) => session.rotate())
      pass(3 * minute)
      expect((await ada.refresh()).status).toBe(200)
      expect(await ada.visit()).toMatchObject({ userId: 'ada', binding: 'bound' })
    })

    test('a login begins a new one, and the old one is refused', async () => {
      const { ada } = open()
      await ada.bind()
      const { id, challenge } = ada
      expect(await ada.visit((session) => session.login('ada'))).toMatchObject({ userId: 'ada' })
      expect(ada.offer).toBeDefined()
      const old = await ada.post(refreshPath, {
        'sec-secure-session-id': id,
        'secure-session-response': ada.device.prove(challenge),
      })
      expect(old.status).toBe(404)
      expect((await ada.register()).status).toBe(200)
      expect(ada.id).not.toBe(id)
      expect((await ada.visit()).binding).toBe('bound')
    })

    test('a user who was refused goes on by a login', async () => {
      const { ada, pass } = open()
      await ada.bind()
      pass(9 * minute)
      expect((await ada.visit()).ended).toBe('unbound')
      expect(await ada.visit((session) => session.login('ada'))).toMatchObject({ userId: 'ada' })
      expect((await ada.visit()).userId).toBe('ada')
    })
  })
}

function pairOf(cookie: string | undefined, name: string): string | undefined {
  return cookie?.split('; ').find((pair) => pair.startsWith(`${name}=`))
}
