/** Firefox and Safari do not know the headers: they ignore an offer, and nothing else may be different for them. */
import { controlledBackend, createJar } from '@sojourn/conformance/testing'
import type { Session } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { createTestCarrier } from '@sojourn/core/testing'
import { memoryStore } from '@sojourn/store-memory'
import { expect, test } from 'vitest'
import type { DeviceBoundOptions } from '../src/index.ts'
import { cookieName, createWorld, minute } from './world.ts'

const steps: readonly ((session: Session) => unknown)[] = [
  ({ data }) => Object.assign(data, { cart: ['tea'] }),
  (session) => session.login('ada'),
  ({ data }) => Object.assign(data, { cart: [] }),
  (session) => session.rotate(),
  (session) => session.requireRecent('1h'),
  (session) => session.login('ada'),
  () => {},
  (session) => session.destroy(),
  () => {},
]

/** What each response of a visit of two hours is, without what is random, and which calls of the backend it takes. */
async function visit(device: DeviceBoundOptions | false) {
  const { backend, takeCalls } = controlledBackend()
  const { manager, pass, reports } = createWorld({ store: keyedStore(backend), device })
  const jar = createJar()
  const seen: unknown[] = []
  for (const step of steps) {
    const carrier = createTestCarrier({ cookie: jar.header })
    const session = await manager.load(carrier)
    await step(session)
    await manager.commit(session, carrier)
    jar.take(carrier.setCookies)
    carrier.responseHeaders.delete('secure-session-registration')
    seen.push({
      userId: session.userId,
      ended: session.ended,
      binding: session.binding,
      headers: Object.fromEntries(carrier.responseHeaders),
      cookies: carrier.setCookies.map((line) => line.replace(/=[^;]*/, '')),
      calls: takeCalls(),
      devices: (await manager.sessions('ada')).length,
    })
    takeCalls()
    pass(14 * minute)
  }
  return {
    seen,
    reports,
    names: (jar.header ?? '').split('; ').map((pair) => pair.split('=', 1)[0]),
  }
}

test.each<DeviceBoundOptions>([{}, { policy: 'step-up' }, { policy: 'event' }])(
  'a browser that does not take part is served as if the option were off: %o',
  async (device) => {
    const served = await visit(device)
    expect(served).toEqual(await visit(false))
    expect(served.seen[6]).toMatchObject({
      userId: 'ada',
      binding: 'none',
      calls: ['find', 'touch'],
    })
    expect(served.reports).toEqual([])
  },
)

test('a thief of its cookies is not helped and not hindered: there is no key', async () => {
  const { manager } = createWorld({ store: memoryStore() })
  const jar = createJar()
  const carrier = createTestCarrier()
  const session = await manager.load(carrier)
  await session.login('ada')
  await manager.commit(session, carrier)
  jar.take(carrier.setCookies)
  expect(jar.header).toMatch(new RegExp(`^${cookieName}=[^;]+$`))
  const stolen = await manager.load(createTestCarrier({ cookie: jar.header }))
  expect(stolen.userId).toBe('ada')
})
