/** Visitors who are not signed in: the cookie, the visits, the cart, the messages. */
import { expect, test } from 'vitest'
import { add, cartOf, createVisitor, products } from './visitor.ts'

/** Registers the tests that need no account. */
export function guestJourney(baseUrl: () => string): void {
  const arrive = () => createVisitor(baseUrl())

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

  test('twenty parallel clicks are twenty', async () => {
    const visitor = arrive()
    await add(visitor, 'key')
    const clicks = Array.from({ length: 20 }, () => visitor.post('/clicks'))
    const counts = (await Promise.all(clicks)).map(({ html }) => JSON.parse(html).count)
    expect(counts.toSorted((a, b) => a - b)).toEqual(clicks.map((_, index) => index + 1))
    expect((await visitor.get('/')).text).toContain('20 clicks so far, none lost.')
  })

  test('a flash message is shown once', async () => {
    const visitor = arrive()
    expect((await visitor.post('/cart/add', { product: 'map' })).text).toContain(
      'Town map is in your cart.',
    )
    expect((await visitor.get('/')).text).not.toContain('Town map is in your cart.')
  })
}
