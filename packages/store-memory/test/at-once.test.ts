// What a backend whose outcomes are there at once must not change: the order of what a request does with its session, also
// where code of the application runs in the midst of a commit.
import { randomBytes } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type SessionOptions } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { memoryBackend } from '@sojourn/store-memory'
import { describe, expect, test, vi } from 'vitest'

const macrotask = () => new Promise((resolve) => setImmediate(resolve))

function managerOver(backend: SessionBackend, options: Partial<SessionOptions> = {}) {
  const store = keyedStore(backend)
  const warn = () => undefined
  return createSessionManager<TestData>(devConfig(randomBytes(32), { store, warn, ...options }))
}

test.each(['at once', 'later'])(
  'a merge that logs out: the logout comes after the commit that calls it, whose reply comes %s',
  async (reply) => {
    const memory = memoryBackend()
    let isLate = false
    const replace: SessionBackend['replace'] = (id, row, call) => {
      const outcome = memory.replace(id, row, call)
      return isLate && outcome === 'replaced' ? macrotask().then(() => outcome) : outcome
    }
    let logOut = () => {}
    const merge: SessionOptions['merge'] = (_key, { mine }) => {
      logOut()
      return mine
    }
    const manager = managerOver({ ...memory, replace }, { merge })
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('ann'))
    const ours = await visitor.begin()
    await visitor.request(({ data }) => Object.assign(data, { n: 2 }))
    ours.session.data['n'] = 3
    const order: string[] = []
    manager.on('committed', () => void order.push('committed'))
    manager.on('ended', () => void order.push('ended'))
    logOut = () => void ours.session.destroy()
    isLate = reply === 'later'
    await ours.finish()
    await ours.finish() // waits for the logout
    expect(order).toEqual(['committed', 'ended'])
    expect(ours.session.ended).toBe('logout')
  },
)

// Bluebird and Zone.js do that. Async functions return the promise of the language all the same.
describe.each<[string, unknown]>([
  ['of another realm', runInNewContext('Promise')],
  ['that extends it', class extends Promise<unknown> {}],
])('where the application has replaced the global Promise by one %s', (_title, replacement) => {
  test('a session is loaded and saved only when that is done', async () => {
    const manager = managerOver(memoryBackend(), { securityStamp: async () => 'stamp' })
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('ann'))
    const [ours, theirs] = [visitor.copy(), visitor.copy()]
    vi.stubGlobal('Promise', replacement)
    try {
      const late = await ours.begin()
      await theirs.request(({ data }) => Object.assign(data, { n: 1 }))
      late.session.data['m'] = 2
      await late.finish() // over the other's
      expect(late.session.data).toEqual({ n: 1, m: 2 })
    } finally {
      vi.unstubAllGlobals()
    }
    expect(await visitor.read()).toMatchObject({ data: { n: 1, m: 2 }, userId: 'ann' })
  })
})
