/** What a visitor sees when something goes wrong. */
import { type SessionStore, SessionStoreError, type StoreFactory } from '@sojourn/core'
import { memoryStore } from '@sojourn/store-memory'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Demo, startDemo } from './demo.ts'
import { createVisitor } from './journey/visitor.ts'

let demo: Demo
let isDown: boolean
beforeEach(async () => {
  isDown = false
  demo = await startDemo(failing(memoryStore(), () => isDown))
})
afterEach(() => demo.close())

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

test('a page that is not there says so, in the frame of the visitor', async () => {
  const visitor = createVisitor(demo.url)
  await visitor.post('/cart/add', { product: 'key' })
  const { status, text } = await visitor.get('/no-such-page')
  expect(status).toBe(404)
  expect(text).toContain('There is nothing here')
  expect(text).toContain('Cart 1')
})

test('a form that cannot be read is the sender’s mistake', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=no-such' }
  const response = await fetch(`${demo.url}/sign-in`, { method: 'POST', headers, body: 'a=b' })
  expect(response.status).toBe(415)
  expect(await response.text()).toContain('That did not work')
})

/** A store that cannot open anything while `isDown` says so. */
function failing(factory: StoreFactory, isDown: () => boolean): StoreFactory {
  return (env) => {
    const store: SessionStore = factory(env)
    const trouble = new SessionStoreError('ERR_STORE_UNAVAILABLE', 'The store is down for a test.')
    return {
      ...store,
      open: (tokens) => (isDown() ? Promise.reject(trouble) : store.open(tokens)),
    }
  }
}
