/** Several devices of one account. */
import { expect, test } from 'vitest'
import { ada, createVisitor, grace, idOf, signIn } from './visitor.ts'

/** Registers the tests of several devices. */
export function devicesJourney(baseUrl: () => string): void {
  const signedIn = (who: typeof ada, userAgent?: string) => signIn(baseUrl(), who, userAgent)

  test('two devices see each other, and one signs the other out', async () => {
    const phone = await signedIn(ada, iPhone)
    const laptop = await signedIn(ada, linux)
    const { text } = await laptop.get('/devices')
    expect(text).toContain('signed in on 2 of 3 devices')
    expect(text).toContain('Safari on iPhone')
    expect(text).toContain('Chrome on Linux This device')

    const id = idOf(await phone.get('/'))
    expect((await laptop.post('/devices/revoke', { id })).text).toContain(
      'signed in on 1 of 3 devices',
    )
    const refused = await phone.get('/')
    expect(refused.status).toBe(401)
    expect(refused.text).toContain('This device was signed out')
    expect((await phone.post('/cart/add', { product: 'key' })).status).toBe(401)
    expect((await phone.post('/sign-in', ada)).text).toContain('Signed in as Ada Lovelace.')
  })

  test('who was signed out from elsewhere goes on as a guest', async () => {
    const phone = await signedIn(ada)
    const laptop = await signedIn(ada)
    await laptop.post('/devices/revoke-others')
    expect((await phone.get('/')).status).toBe(401)
    const home = await phone.post('/start-afresh')
    expect(home.text).toContain('Nothing kept')
    expect(phone.cookie).toBe('')
    await laptop.post('/start-afresh')
    expect((await laptop.get('/devices')).status).toBe(200)
  })

  test('nobody signs out the device of another user', async () => {
    const own = await signedIn(grace)
    const other = await signedIn(ada)
    const id = idOf(await other.get('/'))
    expect((await own.post('/devices/revoke', { id })).text).toContain('It was not signed in.')
    expect((await other.get('/')).status).toBe(200)
  })

  test('logging out everywhere else leaves only this device', async () => {
    const others = [await signedIn(ada), await signedIn(ada)]
    const bystander = await signedIn(grace)
    const here = await signedIn(ada)
    const { text } = await here.post('/devices/revoke-others')
    expect(text).toContain('Signed out on 2 other devices.')
    for (const other of others) expect((await other.get('/')).status).toBe(401)
    for (const live of [here, bystander]) expect((await live.get('/')).status).toBe(200)
  })

  test('logging out everywhere leaves none, and says so here and there', async () => {
    const others = [await signedIn(ada), await signedIn(ada)]
    const bystander = await signedIn(grace)
    const here = await signedIn(ada)
    const { text, path } = await here.post('/devices/revoke-all')
    expect(path).toBe('/signed-out')
    expect(text).toContain('You are signed out')
    expect(here.cookie).toBe('')
    for (const other of others) {
      const refused = await other.get('/')
      expect(refused.status).toBe(401)
      expect(refused.text).toContain('This device was signed out')
    }
    expect((await bystander.get('/')).status).toBe(200)
  })

  test('nobody sees the devices of another user, nor does an id open anything', async () => {
    const other = await signedIn(ada, iPhone)
    const id = idOf(await other.get('/'))
    const own = await signedIn(grace, linux)
    for (const path of ['/devices', `/devices?id=${id}`, '/devices?userId=ada', `/devices/${id}`]) {
      const { html } = await own.get(path)
      expect(html).not.toContain(id)
      expect(html).not.toContain('Safari on iPhone')
    }
    for (const cookie of [`sid=${id}`, `sid=${id}.${id}`, `sid=${own.cookie.slice(4)}.${id}`]) {
      const thief = createVisitor(baseUrl())
      thief.cookie = cookie
      expect((await thief.get('/')).text).toContain('Nothing kept')
      expect((await thief.get('/devices')).path).toBe('/sign-in')
    }
    expect((await other.get('/')).status).toBe(200)
  })

  test('a form of another site signs nobody out', async () => {
    const here = await signedIn(ada)
    const other = await signedIn(ada)
    for (const path of ['/devices/revoke-others', '/devices/revoke-all', '/devices/revoke']) {
      const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
      const body = new URLSearchParams({ id: idOf(await other.get('/')) })
      expect((await here.send(path, { method: 'POST', headers, body })).status).toBe(403)
    }
    for (const live of [here, other]) expect((await live.get('/')).status).toBe(200)
  })

  test('signing out this device among the devices is signing out', async () => {
    const here = await signedIn(ada)
    const id = idOf(await here.get('/'))
    expect((await here.post('/devices/revoke', { id })).text).toContain('You are signed out')
    expect(here.cookie).toBe('')
  })

  test('the devices are for those who are signed in', async () => {
    const { text, path } = await createVisitor(baseUrl()).get('/devices')
    expect(path).toBe('/sign-in')
    expect(text).toContain('Sign in to see your devices.')
  })
}

const iPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1'
const linux =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
