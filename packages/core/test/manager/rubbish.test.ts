import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { browser, counted, managerOver, mapBackend, testCarrier, visit } from '../support.ts'

const { backend, calls } = counted(mapBackend())
const { manager } = managerOver(backend)

/** A cookie header with one thing wrong, chosen by a number. */
function spoil(cookie: string, n: number): string {
  const at = 4 + (n % (cookie.length - 4))
  const random = randomBytes(1 + (n % 120))
  switch (n % 8) {
    case 0:
      return cookie.slice(0, at) + (cookie[at] === 'A' ? 'B' : 'A') + cookie.slice(at + 1)
    case 1:
      return cookie.slice(0, at)
    case 2:
      return `sid=${random.toString('base64url')}`
    case 3:
      return `sid=${random.toString('latin1')}`
    case 4:
      return `${cookie}${random.toString('base64url')}`
    case 5:
      return cookie.slice(0, at) + random.toString('latin1') + cookie.slice(at)
    case 6:
      return `sid=${[16, 22, 32, 32].map((length) => randomBytes(length).toString('base64url').slice(0, length)).join('.')}`
    default:
      return cookie.slice(0, at) + cookie.slice(at + 1)
  }
}

describe('rubbish', () => {
  test('in 100,000 mutated and random cookies costs no store call and throws nothing', async () => {
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    const cookie = visitor.jar.cookie ?? ''
    calls.length = 0
    let signedIn = 0
    for (let n = 0; n < 100_000; n++) {
      const carrier = testCarrier({ cookie: spoil(cookie, n) })
      const session = await manager.load(carrier)
      if (session.userId !== undefined || !session.isNew) signedIn++
      await manager.commit(session, carrier)
      if (carrier.setCookies.length > 0) signedIn++
    }
    expect(signedIn).toBe(0)
    expect(calls).toEqual([])
  })

  test('beside the genuine cookie leaves it good; two genuine ones of different sessions are none', async () => {
    const [ann, bob] = [browser(), browser()]
    await visit(manager, ann, (session) => session.login('ann'))
    await visit(manager, bob, (session) => session.login('bob'))
    const load = (cookie: string) => manager.load(testCarrier({ cookie }))
    const [annCookie, bobCookie] = [ann.jar.cookie ?? '', bob.jar.cookie ?? '']
    expect((await load(`sid=rubbish; ${annCookie}`)).userId).toBe('ann')
    expect((await load(`${annCookie}; sid=rubbish`)).userId).toBe('ann')
    expect((await load(`${annCookie}; ${annCookie}`)).userId).toBe('ann')
    expect((await load(`${annCookie}; ${bobCookie}`)).userId).toBeUndefined()
    expect((await load(`${bobCookie}; ${annCookie}`)).isNew).toBe(true)
  })

  test('of the right shape and signature for another cookie name is forged here', async () => {
    const { manager: other } = managerOver(backend, { cookieName: 'other' })
    const visitor = browser()
    await visit(other, visitor, (session) => session.login('user-1'))
    calls.length = 0
    const cookie = (visitor.jar.cookie ?? '').replace('other=', 'sid=')
    expect((await manager.load(testCarrier({ cookie }))).isNew).toBe(true)
    expect(calls).toEqual([])
  })
})
