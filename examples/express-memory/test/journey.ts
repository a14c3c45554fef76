/** What every version of the demo does, whatever its framework: told over HTTP alone. */
import { expect, test } from 'vitest'
import { createVisitor, type View, type Visitor } from './visitor.ts'

const ada = { login: 'ada', password: 'analytical' }
const grace = { login: 'grace', password: 'nanosecond' }
const products = ['key', 'bell', 'mug', 'map', 'lantern', 'blanket']

/** Registers the journey's tests; `baseUrl` answers where a fresh demo runs. */
export function journey(baseUrl: () => string): void {
  const arrive = (userAgent?: string) => createVisitor(baseUrl(), { userAgent })
  const signedIn = async (who: typeof ada, userAgent?: string) => {
    const visitor = arrive(userAgent)
    await visitor.post('/sign-in', who)
    return visitor
  }

  test('who only looks around gets no cookie', async () => {
    const visitor = arrive()
    for (const path of ['/', '/cart', '/sign-in', '/', '/no-such-page']) {
      const { setCookies, text } = await visitor.get(path)
      expect(setCookies).toEqual([])
      if (path === '/') expect(text).toContain('Nothing kept')
    }
  })

  test('the first thing kept brings one cookie, and visits are counted from there', async () => {
    const visitor = arrive()
    const { setCookies, text } = await visitor.post('/cart/add', { product: 'key' })
    expect(setCookies).toHaveLength(1)
    expect(setCookies[0]).toMatch(/; HttpOnly; SameSite=Lax/)
    expect(text).toContain('your first visit')
    const again = await visitor.get('/')
    expect(again.text).toContain('visit number 2')
    expect(again.setCookies).toEqual([])
  })

  test('the cart grows and shrinks', async () => {
    const visitor = arrive()
    await add(visitor, 'key', 'mug', 'mug')
    expect(cartOf(await visitor.get('/cart'))).toEqual({ key: 1, mug: 2 })
    await visitor.post('/cart/remove', { product: 'mug' })
    await visitor.post('/cart/remove', { product: 'key' })
    expect(cartOf(await visitor.get('/cart'))).toEqual({ mug: 1 })
    expect((await visitor.post('/cart/add', { product: '__proto__' })).status).toBe(200)
    expect(cartOf(await visitor.get('/cart'))).toEqual({ mug: 1 })
  })

  test('parallel requests lose nothing from the cart', async () => {
    const visitor = arrive()
    await add(visitor, 'key')
    const more = Array.from({ length: 5 }, () => products).flat()
    await Promise.all(more.map((product) => visitor.post('/cart/add', { product })))
    const cart = cartOf(await visitor.get('/cart'))
    expect(cart).toEqual({ key: 6, bell: 5, mug: 5, map: 5, lantern: 5, blanket: 5 })
  })

  test('a flash message is shown once', async () => {
    const visitor = arrive()
    expect((await visitor.post('/cart/add', { product: 'map' })).text).toContain(
      'Town map is in your cart.',
    )
    expect((await visitor.get('/')).text).not.toContain('Town map is in your cart.')
  })

  test('signing in keeps the cart and changes the cookie, and the old one is dead at once', async () => {
    const visitor = arrive()
    await add(visitor, 'bell', 'map')
    const before = { cookie: visitor.cookie, id: idOf(await visitor.get('/')) }
    const home = await visitor.post('/sign-in', ada)
    expect(home.text).toContain('Signed in as Ada Lovelace.')
    expect(cartOf(await visitor.get('/cart'))).toEqual({ bell: 1, map: 1 })
    expect(visitor.cookie).not.toBe(before.cookie)
    expect(idOf(home)).not.toBe(before.id)

    const late = arrive()
    late.cookie = before.cookie
    const refused = await late.get('/cart')
    expect(refused.status).toBe(401)
    expect(refused.text).toContain('This cookie opens nothing')
    expect(refused.setCookies).toEqual([])
  })

  test('a wrong password signs nobody in and costs no cookie', async () => {
    const visitor = arrive()
    for (const password of ['', 'analytical ', grace.password]) {
      const { text, setCookies } = await visitor.post('/sign-in', { login: 'ada', password })
      expect(text).toContain('That name and password do not belong together.')
      expect(setCookies).toEqual([])
    }
    expect((await visitor.post('/sign-in', { login: 'nobody', password: '' })).text).toContain(
      'do not belong together',
    )
  })

  test('signing out ends the session everywhere and takes the cookie away', async () => {
    const visitor = await signedIn(ada)
    const { cookie } = visitor
    const bye = await visitor.post('/sign-out')
    expect(bye.text).toContain('You are signed out')
    expect(visitor.cookie).toBe('')
    visitor.cookie = cookie
    expect((await visitor.get('/')).status).toBe(401)
  })

  test('a new token leaves the id as it is, and the old token opens nothing', async () => {
    const visitor = await signedIn(ada)
    const { cookie } = visitor
    const id = idOf(await visitor.get('/'))
    expect(idOf(await visitor.post('/rotate'))).toBe(id)
    expect(visitor.cookie).not.toBe(cookie)
    visitor.cookie = cookie
    expect((await visitor.get('/')).status).toBe(401)
  })

  test('two devices see each other, and one signs the other out', async () => {
    const phone = await signedIn(ada, iPhone)
    const laptop = await signedIn(ada, linux)
    const { text } = await laptop.get('/devices')
    expect(text).toContain('signed in on 2 devices')
    expect(text).toContain('Safari on iPhone')
    expect(text).toContain('Chrome on Linux This device')

    const id = idOf(await phone.get('/'))
    expect((await laptop.post('/devices/revoke', { id })).text).toContain('signed in on 1 device')
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
    const others = [await signedIn(ada), await signedIn(ada), await signedIn(ada)]
    const bystander = await signedIn(grace)
    const here = await signedIn(ada)
    const { text } = await here.post('/devices/revoke-others')
    expect(text).toContain('Signed out on 3 other devices.')
    for (const other of others) expect((await other.get('/')).status).toBe(401)
    for (const live of [here, bystander]) expect((await live.get('/')).status).toBe(200)
  })

  test('signing out this device among the devices is signing out', async () => {
    const here = await signedIn(ada)
    const id = idOf(await here.get('/'))
    expect((await here.post('/devices/revoke', { id })).text).toContain('You are signed out')
    expect(here.cookie).toBe('')
  })

  test('the devices are for those who are signed in', async () => {
    const { text, path } = await arrive().get('/devices')
    expect(path).toBe('/sign-in')
    expect(text).toContain('Sign in to see your devices.')
  })
}

const iPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1'
const linux =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'

async function add(visitor: Visitor, ...products: string[]) {
  for (const product of products) await visitor.post('/cart/add', { product })
}

/** The session id that the panel shows. */
function idOf({ html }: View): string {
  return /<code>([\w-]+\.[\w-]+)<\/code>/.exec(html)?.[1] ?? 'none'
}

/** What the cart page lists: how many of which product. */
function cartOf({ html }: View): Record<string, number> {
  const rows = html.matchAll(/data-product="(\w+)" data-count="(\d+)"/g)
  return Object.fromEntries([...rows].map(([, id, count]) => [id, Number(count)]))
}
