/** The limit of three devices: a fourth login signs one out. */
import { expect, test } from 'vitest'
import { ada, createVisitor, grace, idOf, minutes, type Place, seconds, signIn } from './visitor.ts'

/** Registers the tests of the limit. */
export function limitJourney(place: () => Place): void {
  /** Signs in on one device after another, 20 seconds apart. */
  async function signInOn(count: number, who = ada) {
    const visitors = []
    for (let device = 1; device <= count; device++) {
      visitors.push(await signIn(place().url, who))
      place().pass(20 * seconds)
    }
    return visitors
  }

  test('a fourth device signs out the one that would end first, which is told why', async () => {
    const [first, ...others] = await signInOn(3)
    const fourth = await signIn(place().url, ada)
    const refused = await first?.get('/')
    expect(refused?.status).toBe(401)
    expect(refused?.text).toContain('signed out because you signed in on a fourth device')
    expect(refused?.setCookies).toEqual([])
    for (const visitor of [...others, fourth]) expect((await visitor.get('/')).status).toBe(200)
    expect((await first?.post('/sign-in', ada))?.text).toContain('Signed in as Ada Lovelace.')
  })

  test('the fourth device is told which one it signed out', async () => {
    const iPhone = 'Mozilla/5.0 (iPhone) Version/26.0 Mobile/15E148 Safari/604.1'
    const first = await signIn(place().url, ada, iPhone)
    place().pass(2 * minutes)
    await first.get('/')
    await signInOn(2)
    place().pass(3 * minutes)
    await first.get('/cart')
    await signInOn(1)
    const second = await createVisitor(place().url).post('/sign-in', ada)
    expect(second.text).toContain('Signed in as Ada Lovelace.')
    expect(second.text).toMatch(/Node|Unknown device/)
    expect(second.text).toContain(
      '(signed in 4 minutes ago, last seen 4 minutes ago) was signed out',
    )
  })

  test('a login with a place left signs nobody out', async () => {
    await signInOn(2)
    const { text } = await createVisitor(place().url).post('/sign-in', ada)
    expect(text).not.toContain('was signed out')
  })

  test('with all places taken, the devices page says which one would go', async () => {
    const [first, second, third] = await signInOn(3)
    await first?.get('/')
    const { text, html } = (await third?.get('/devices')) ?? { text: '', html: '' }
    expect(text).toContain('signed in on 3 of 3 devices')
    const next = html.split('<li').find((row) => row.includes('Next to go'))
    expect(next).toContain(idOf((await second?.get('/')) ?? fail()))
  })

  test('with a place left, no device is next to go', async () => {
    const [first] = await signInOn(2)
    const { text } = (await first?.get('/devices')) ?? fail()
    expect(text).toContain('signed in on 2 of 3 devices')
    expect(text).not.toContain('Next to go')
  })

  test('the limit of one user is no limit of another', async () => {
    const visitors = await signInOn(3)
    const [other] = await signInOn(1, grace)
    for (const visitor of [...visitors, other ?? fail()])
      expect((await visitor.get('/')).status).toBe(200)
  })
}

function fail(): never {
  throw new Error('Nobody is there.')
}
