import { inspect } from 'node:util'
import { createVisitor, type TestData, type Visitor } from '@sojourn/conformance/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { SessionEvents } from '../../../src/events.ts'
import type { SessionOptions } from '../../../src/options/options.ts'
import type { Session } from '../../../src/session/session.ts'
import { testManager } from '../../support.ts'

const rejections: unknown[] = []
const note = (reason: unknown) => void rejections.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(async () => {
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(rejections).toEqual([])
})

/** A manager that tells what it warns of and which operations fail. */
function world(options: Partial<SessionOptions> = {}) {
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const made = testManager({ warn, ...options })
  const failed: SessionEvents['failed'][] = []
  made.manager.on('failed', (event) => failed.push(event))
  return { ...made, visitor: createVisitor(made.manager), warnings, failed }
}

/** A request whose handler returns at once, and does not wait for what it started. */
async function request(visitor: Visitor, handle: (session: Session<TestData>) => unknown) {
  const { session, finish } = await visitor.begin()
  handle(session)
  return finish()
}

describe('an operation that nothing awaits', () => {
  test('fails the commit where the session has ended, and no process', async () => {
    const app = world()
    await app.visitor.request((session) => session.login('ann'))
    await app.manager.revokeAll('ann')
    const committing = request(app.visitor, (session) => {
      session.update((data) => {
        data['n'] = 1
      })
    })
    await expect(committing).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED', status: 409 })
    expect(app.failed).toMatchObject([
      { operation: 'update', error: { code: 'ERR_SESSION_ENDED' } },
    ])
    expect(app.warnings.filter((text) => text.includes('await session.update('))).toHaveLength(1)
  })

  test.each<[string, (session: Session<TestData>) => unknown]>([
    ['login', (session) => session.login('ann')],
    [
      'update',
      (session) =>
        session.update((data) => {
          data['n'] = 1
        }),
    ],
  ])('%s fails the commit where the store fails', async (name, act) => {
    const app = world()
    app.fail('insert')
    const committing = request(app.visitor, act)
    await expect(committing).rejects.toMatchObject({ status: 503 })
    expect(app.warnings.join()).toContain(`await session.${name}(`)
  })

  test('destroy fails the commit where the store fails', async () => {
    const { visitor, fail } = world()
    await visitor.request((session) => session.login('ann'))
    fail('remove')
    const committing = request(visitor, (session) => session.destroy())
    await expect(committing).rejects.toMatchObject({ status: 503 })
  })

  test('a login without a user id fails the commit too', async () => {
    const committing = request(world().visitor, (session) => session.login(''))
    await expect(committing).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })

  test.each<[string, (promise: Promise<unknown>) => unknown]>([
    ['then', (promise) => promise.then(() => undefined)],
    ['finally', (promise) => promise.finally(() => undefined)],
    ['a chain', (promise) => promise.then(() => 1).then(() => 2)],
  ])('but only chained by %s fails the commit, and no process', async (_, chain) => {
    const app = world()
    app.fail('insert')
    const committing = request(app.visitor, (session) => void chain(session.login('ann')))
    await expect(committing).rejects.toMatchObject({ status: 503 })
    expect(app.warnings.join()).toContain('session.login().then(…) has no catch')
    expect(app.failed.at(-1)).toMatchObject({ operation: 'login' })
  })

  test('and no further commit writes what the request left', async () => {
    const { visitor, rows } = world()
    const { session, finish } = await visitor.begin()
    session.data['kept'] = true
    session.login('')
    await expect(finish()).rejects.toThrow()
    await finish()
    expect(rows.size).toBe(0)
  })

  test('that succeeds is only warned of', async () => {
    const app = world()
    await request(app.visitor, (session) => {
      session.update((data) => {
        data['n'] = 1
      })
    })
    expect(app.warnings).toEqual([expect.stringContaining('await session.update(')])
    expect(app.failed).toEqual([])
  })

  test('that succeeds says nothing in production', async () => {
    const app = world({ development: false })
    await request(app.visitor, (session) => {
      session.update((data) => {
        data['n'] = 1
      })
    })
    expect(app.warnings).toEqual([])
  })

  test('on a session without a response is an event, and ends no process', async () => {
    const app = world()
    const session = await app.manager.read({})
    session.update(() => undefined)
    await vi.waitFor(() => expect(app.failed).toHaveLength(1))
    expect(app.failed).toMatchObject([{ operation: 'update' }])
  })

  test('after the headers have been sent is an event, and fails no commit', async () => {
    const app = world()
    const { session, carrier, finish } = await app.visitor.begin()
    carrier.sent = true
    session.update((data) => {
      data['n'] = 1
    })
    await finish()
    expect(app.failed).toMatchObject([{ operation: 'update', error: { code: 'ERR_SESSION_LATE' } }])
  })

  test.each<[string, (session: Session<TestData>) => unknown]>([
    ['login', (session) => session.login('ann')],
    [
      'update',
      (session) =>
        session.update(() => {
          throw undefined
        }),
    ],
  ])('%s after the commit is warned of in development', async (name, act) => {
    const app = world()
    await app.visitor.request((session) => Object.assign(session.data, { n: 1 }))
    const { session, carrier, finish } = await app.visitor.begin()
    await finish()
    carrier.sent = true
    act(session)
    await vi.waitFor(() => expect(app.failed).toHaveLength(1))
    const text = `session.${name}() failed after the response headers had left`
    expect(app.warnings).toEqual([expect.stringContaining(text)])
  })
})

describe('an operation whose outcome the application handles fails no commit:', () => {
  const ways: [string, (promise: Promise<unknown>) => unknown][] = [
    ['await in try', async (promise) => promise.then(undefined, () => 'handled')],
    ['catch', (promise) => promise.catch(() => undefined)],
    ['Promise.allSettled', (promise) => Promise.allSettled([promise])],
    [
      'an await that comes after the response was sent',
      async (promise) => {
        try {
          await promise
        } catch {}
      },
    ],
  ]
  test.each(ways)('%s', async (_, handle) => {
    const app = world()
    await request(app.visitor, (session) => void handle(session.login('')))
    expect(app.failed).toEqual([])
    expect(app.warnings).toEqual([])
  })
})

test('an error of the application is in the event by its message, without what it carries', async () => {
  const app = world()
  const thrown = Object.assign(new Error('no such service'), { config: { auth: 'a-secret' } })
  const committing = request(app.visitor, (session) => {
    session.update(() => {
      throw thrown
    })
  })
  await expect(committing).rejects.toBe(thrown)
  expect(app.failed).toMatchObject([{ operation: 'update', error: { message: 'no such service' } }])
  expect(inspect(app.failed, { depth: 9, showHidden: true })).not.toContain('a-secret')
})
