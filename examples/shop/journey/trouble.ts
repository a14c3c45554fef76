/** Error pages. */
import { memoryStore } from '@sojourn/store-memory'
import { expect, test, vi } from 'vitest'
import { failing } from '../src/store.ts'
import { type MakeListener, useDemo } from './demo.ts'
import { createVisitor } from './visitor.ts'

/** Registers the tests of error pages. */
export function troubles(makeListener: MakeListener): void {
  let isDown = false
  const makeStore = () => {
    isDown = false
    return failing(memoryStore(), () => isDown)
  }
  const demo = useDemo(makeListener, makeStore)

  test('a store in trouble is an error page and costs nobody the session', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const visitor = createVisitor(demo.url)
    await visitor.post('/sign-in', { login: 'ada', password: 'analytical' })
    const { cookie } = visitor

    isDown = true
    const { status, text } = await visitor.get('/')
    expect(status).toBe(503)
    expect(text).toContain('Yours is not lost')
    expect(visitor.cookie).toBe(cookie)
    const { headers } = await fetch(demo.url, { headers: { cookie } })
    expect(headers.get('retry-after')).toBe('1')
    expect((await createVisitor(demo.url).get('/')).status).toBe(200)

    isDown = false
    expect((await visitor.get('/')).text).toContain('Good to see you, Ada Lovelace')
    expect(log).toHaveBeenCalledTimes(2)
    log.mockRestore()
  })

  test('a form of another site is refused on a page, and changes nothing', async () => {
    const visitor = createVisitor(demo.url)
    await visitor.post('/sign-in', { login: 'ada', password: 'analytical' })
    const headers = { cookie: visitor.cookie, origin: 'https://elsewhere.example' }
    const body = new URLSearchParams({ product: 'key' })
    const init = { method: 'POST', headers, body, redirect: 'manual' } as const
    const response = await fetch(`${demo.url}/cart/add`, init)
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('Another site sent it')
    expect((await visitor.get('/cart')).text).toContain('Nothing in it yet')
  })

  test('a form that is far too long is refused on a page', async () => {
    const body = new URLSearchParams({ login: 'a'.repeat(2 ** 21) })
    const response = await fetch(`${demo.url}/sign-in`, { method: 'POST', body })
    expect(response.status).toBe(413)
    expect(await response.text()).toContain('That was too much')
  })

  test('a page that is not there says so, in the frame of the visitor', async () => {
    const visitor = createVisitor(demo.url)
    await visitor.post('/cart/add', { product: 'key' })
    const { status, text } = await visitor.get('/no-such-page')
    expect(status).toBe(404)
    expect(text).toContain('There is nothing here')
    expect(text).toContain('Cart 1')
  })
}
