/** A Redis that does not reply for 30 s: what the browser is told, and that the session is there afterwards. */
import { startStandalone } from '@sojourn/redis-lab'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import { createClient } from 'redis'
import { expect, onTestFinished, test } from 'vitest'
import { openScene } from './scene.ts'

/** How long the store is frozen, in ms. */
const frozenFor = Number(process.env['FROZEN_MS'] ?? 30_000)

test('K-11, K-14: the store is frozen for 30 s while the browser refreshes: the session lives on', async () => {
  const redis = await startStandalone()
  onTestFinished(() => redis.stop())
  const [node] = redis.nodes
  if (!node) throw new Error('There is no server')
  const { host, port } = redis.address
  const client = createClient({ socket: { host, port }, disableOfflineQueue: true })
  client.on('error', () => undefined)
  await client.connect()
  onTestFinished(() => client.destroy())

  const { browser, shop, refusals, go, bind, expire } = await openScene({
    store: nodeRedisStore(client, { prefix: 'sojourn:' }),
  })
  await bind()
  await expire()
  node.freeze()
  const thawAt = Date.now() + frozenFor
  const results = new Set<string>()
  while (Date.now() < thawAt) {
    expect(await go('/')).toEqual({})
    results.add((await browser.next('refreshEventDetails')).refreshResult)
  }
  // After a few failures Chromium waits before it tries again, and says so with each request.
  expect(results).toEqual(new Set(['ServerError', 'Unreachable']))
  node.thaw()
  const bindings = new Set<string | undefined>()
  while (!bindings.has('bound')) {
    const { userId, binding, ended } = await go('/')
    if (userId !== undefined) bindings.add(binding)
    expect(ended).toBeUndefined()
  }
  expect([...bindings].filter((each) => each !== 'bound' && each !== 'skipped')).toEqual([])
  expect(new Set(shop.calls)).toEqual(new Set(['device/refresh 503', 'device/refresh 200']))
  expect(refusals).toEqual([])
})
