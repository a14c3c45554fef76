/** Links on other sites: browsers follow them without a refresh, so they are sent again, once. */
import { controlledBackend } from '@sojourn/conformance/testing'
import { keyedStore } from '@sojourn/core/store'
import { createTestCarrier } from '@sojourn/core/testing'
import { memoryStore } from '@sojourn/store-memory'
import { expect, test } from 'vitest'
import {
  boundName,
  createBrowser,
  createWorld,
  minute,
  type SimulatedBrowser,
  type World,
} from './world.ts'

const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' }

async function open() {
  const world = createWorld({ store: memoryStore() })
  const ada = createBrowser(world.manager)
  await ada.bind()
  return { ...world, ada }
}

async function follow(
  { manager }: Pick<World, 'manager'>,
  { jar }: SimulatedBrowser,
  path = '/',
  { method = 'GET', headers = {} } = {},
) {
  const carrier = createTestCarrier({ cookie: jar.header, headers: { ...link, ...headers } })
  const answer = await manager.route?.({ method, path }, carrier)
  return answer && { ...answer, refresh: answer.headers.find(([name]) => name === 'Refresh')?.[1] }
}

function drop(browser: SimulatedBrowser, cookie: string): void {
  const pairs = (browser.jar.header ?? '').split('; ')
  browser.jar.header = pairs.filter((pair) => !pair.startsWith(`${cookie}=`)).join('; ')
}

test('a link without the bound cookie is sent again, as it is, and is no refusal', async () => {
  const { ada, reports, ...world } = await open()
  expect(await follow(world, ada)).toBeUndefined()
  drop(ada, boundName)
  const answer = await follow(world, ada, '/orders?page=2&sort=;date')
  expect(answer).toMatchObject({ status: 200, body: undefined })
  expect(answer?.refresh).toBe('0;url=/orders?page=2&sort=;date')
  expect(answer?.headers).toContainEqual(['Cache-Control', 'no-store'])
  const sibling = { headers: { 'sec-fetch-site': 'same-site' } }
  expect((await follow(world, ada, '/orders', sibling))?.refresh).toBe('0;url=/orders')
  expect(reports).toEqual(['bound'])
})

test('only pages are, only by GET, and only if another origin has them opened', async () => {
  const { ada, ...world } = await open()
  drop(ada, boundName)
  const others = [
    { method: 'POST' },
    { method: 'HEAD' },
    { headers: { 'sec-fetch-site': 'same-origin' } },
    { headers: { 'sec-fetch-site': 'none' } },
    { headers: { 'sec-fetch-dest': 'image' } },
    { headers: { 'sec-fetch-dest': 'empty' } },
  ]
  for (const other of others) expect(await follow(world, ada, '/', other)).toBeUndefined()
})

test('another origin of the same site is no exception, nor is a frame: browsers hold neither back', async () => {
  const { ada, ...world } = await open()
  drop(ada, boundName)
  for (const site of ['cross-site', 'same-site'])
    for (const dest of ['document', 'iframe', 'frame']) {
      const headers = { 'sec-fetch-site': site, 'sec-fetch-dest': dest }
      expect((await follow(world, ada, '/cart', { headers }))?.refresh).toBe('0;url=/cart')
    }
})

test('whose browser says that it has skipped is not asked again', async () => {
  const { ada, pass, ...world } = await open()
  pass(8 * minute)
  drop(ada, boundName)
  const headers = { 'secure-session-skipped': `unreachable;session_identifier="${ada.id}"` }
  expect(await follow(world, ada, '/', { headers })).toBeUndefined()
})

test('who is not logged in, not bound or not confirmed is not', async () => {
  const { manager } = createWorld({ store: memoryStore() })
  const bob = createBrowser(manager)
  expect(await follow({ manager }, bob)).toBeUndefined()
  await bob.visit((session) => session.login('bob'))
  expect(await follow({ manager }, bob)).toBeUndefined()
  await bob.register()
  drop(bob, boundName)
  expect(await follow({ manager }, bob)).toBeUndefined()
})

test('a path that browsers take for another site leads to the start page', async () => {
  const { ada, ...world } = await open()
  drop(ada, boundName)
  for (const path of ['//elsewhere.example/', '/\\elsewhere.example', 'https://elsewhere.example/'])
    expect((await follow(world, ada, path))?.refresh).toBe('0;url=/')
})

test('one that comes again and again, from a tab without an origin, gets to the application', async () => {
  const { ada, pass, ...world } = await open()
  drop(ada, boundName)
  const again = async () => (await follow(world, ada))?.status
  for (let n = 0; n < 10; n++) expect(await again()).toBe(200)
  expect(await again()).toBeUndefined()
  const bob = createBrowser(world.manager)
  await bob.bind('bob')
  drop(bob, boundName)
  expect((await follow(world, bob))?.status).toBe(200)
  pass(20_000)
  expect(await again()).toBe(200)
})

test('a store that fails is left to the application', async () => {
  const control = controlledBackend()
  const { manager } = createWorld({ store: keyedStore(control.backend) })
  const ada = createBrowser(manager)
  await ada.bind()
  drop(ada, boundName)
  control.fail('find')
  expect(await follow({ manager }, ada)).toBeUndefined()
})

test('a page whose refresh was made, and whose response was lost, is sent again', async () => {
  const { ada, pass, reports, ...world } = await open()
  pass(8 * minute)
  const { status } = await ada.copy().refresh(ada.device.prove(ada.challenge)) // its cookie does not arrive
  expect(status).toBe(200)
  drop(ada, boundName)
  const skipped = `unreachable;session_identifier="${ada.id}"`
  const headers = { 'sec-fetch-site': 'none', 'secure-session-skipped': skipped }
  expect(await follow(world, ada, '/orders', { headers })).toMatchObject({
    refresh: '0;url=/orders',
  })
  const { 'secure-session-skipped': _, ...others } = headers
  expect(await follow(world, ada, '/orders', { headers: others })).toBeUndefined()
  pass(8 * minute) // now it may have failed to reach the server
  expect(await follow(world, ada, '/orders', { headers })).toBeUndefined()
  expect(reports).toEqual(['bound', 'refreshed'])
})
