import { createVisitor } from '@sojourn/conformance/testing'
import { createTestCarrier } from '@sojourn/core/testing'
import { describe, expect, test, vi } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { schemaOf } from '../data/schemas.ts'
import { testBackend, testManager, visit } from '../support.ts'

const secretKey = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
const anything = schemaOf((data) => data)

/** Deployments of one application over one store: `plain` has no schema. */
function fleet(...deployments: Partial<SessionOptions>[]) {
  const backend = testBackend()
  const [plain, ...others] = [{}, ...deployments].map(
    (options) => testManager({ secretKey, ...options }, backend).manager,
  )
  if (!plain) throw new Error('There is no deployment')
  return { ...backend, plain, others, visitor: createVisitor(plain) }
}

test('a schema runs once in a request that reads and writes, and not where no data is read', async () => {
  const schema = { '~standard': { ...anything['~standard'] } }
  const validate = vi.spyOn(schema['~standard'], 'validate')
  const { manager } = testManager({ schema, development: false })
  const visitor = createVisitor(manager)
  await visitor.request(({ data }) => {
    data['n'] = 1
  })
  const costOf = async (handle: Parameters<typeof visit>[1]) => {
    validate.mockClear()
    await visit(visitor, handle)
    return validate.mock.calls.length
  }
  expect(await costOf(({ userId, csrfToken: _ }) => userId)).toBe(0)
  expect(await costOf((session) => session.rotate())).toBe(0)
  expect(await costOf(({ data }) => JSON.stringify(data))).toBe(1)
  expect(await costOf(({ data }) => void Object.assign(data, { n: 2 }))).toBe(1)
  expect(await costOf((session) => session.login('ann'))).toBe(0)
})

describe('a login', () => {
  const migrations = {
    1: ({ basket, ...rest }: { basket?: string[] }) => ({ ...rest, cart: basket }),
  }

  test('carries old data as it is; a list of keys names those of this version', async () => {
    const { visitor, plain, others } = fleet({ version: 2, migrations })
    const [second = plain] = others
    const old = { basket: ['tea'], secret: 1 }
    await visitor.request(({ data }) => void Object.assign(data, old))
    const other = visitor.copy()
    await visitor.at(second).request((session) => session.login('ann'))
    expect((await visitor.at(plain).read())?.data).toEqual(old)
    await other.request(({ data }) => void Object.assign(data, old))
    const bob = createVisitor(plain)
    await bob.request(({ data }) => void Object.assign(data, old))
    await bob.at(second).request((session) => session.login('bob', { carry: ['cart'] }))
    expect((await bob.at(second).read())?.data).toEqual({ cart: ['tea'] })
    expect((await bob.read())?.data).toEqual({ cart: ['tea'] })
  })

  test('merges what an older server wrote meanwhile, in the form of this version', async () => {
    const { visitor, plain, others } = fleet({ version: 2, migrations })
    const [second = plain] = others
    await visitor.request(({ data }) => void Object.assign(data, { basket: ['tea'] }))
    const login = await visitor.copy().at(second).begin()
    login.session.data['n'] = 1
    await visitor.copy().request(({ data }) => void Object.assign(data, { basket: ['tea', 'mug'] }))
    await login.session.login('ann')
    expect(login.session.data).toEqual({ cart: ['tea', 'mug'], n: 1 })
    await login.finish()
    const ann = createVisitor(second, cookieOf(login.setCookies))
    expect((await ann.read())?.data).toEqual({ cart: ['tea', 'mug'], n: 1 })
  })

  test('keeps what a newer server wrote meanwhile: it has logged the user in, and cannot refuse', async () => {
    const { visitor, plain, others } = fleet(
      { version: 1, schema: anything },
      { version: 2, migrations },
    )
    const [first = plain, second = plain] = others
    for (const isJoined of [false, true]) {
      const ann = visitor.copy()
      await ann.request(({ data }) => void Object.assign(data, { basket: ['tea'] }))
      const login = await ann.copy().at(first).begin()
      Object.assign(login.session.data, { basket: ['old'], n: 1 })
      await ann
        .copy()
        .at(second)
        .request(({ data }) => void Object.assign(data, { m: 2 }))
      if (isJoined)
        await ann
          .copy()
          .at(second)
          .request((session) => session.login('ann'))
      await login.session.login('ann')
      await login.finish()
      const after = createVisitor(second, cookieOf(login.setCookies))
      expect((await after.read())?.data).toEqual({ cart: ['tea'], m: 2, n: 1 })
      const read = after.at(first).request(({ data }) => data)
      await expect(read).rejects.toMatchObject({ code: 'ERR_SESSION_DATA_NEWER' })
    }
  })

  test('that carries nothing begins with the version of its own server', async () => {
    const { visitor, plain, others } = fleet(
      { version: 1, schema: anything },
      { version: 2, migrations },
    )
    const [first = plain, second = plain] = others
    await visitor.at(second).request(async (session) => {
      session.data['cart'] = []
      await session.login('ann')
    })
    await visitor.at(first).request(async (session) => {
      await session.login('bob')
      session.data['n'] = 1
    })
    expect((await visitor.at(first).read())?.data).toEqual({ n: 1 })
  })

  test('of a server without a version keeps the version of the data', async () => {
    const { visitor, plain, others } = fleet({ version: 2, migrations })
    const [second = plain] = others
    await visitor.at(second).request(({ data }) => void Object.assign(data, { cart: ['tea'] }))
    await visitor.at(plain).request((session) => session.login('ann'))
    await visitor.at(plain).request(({ data }) => void Object.assign(data, { n: 1 }))
    expect((await visitor.at(second).read())?.data).toEqual({ cart: ['tea'], n: 1 })
  })
})

describe('an update', () => {
  const migrations = { 1: ({ n }: { n?: number }) => ({ count: n }) }

  test('sees the upgraded data, and writes it only if it changes something', async () => {
    const { visitor, plain, others, calls } = fleet({ version: 2, migrations })
    const [second = plain] = others
    await visitor.request(({ data }) => void Object.assign(data, { n: 1 }))
    calls.length = 0
    await visitor.at(second).request(async (session) => {
      expect(await session.update(({ count }) => count)).toBe(1)
    })
    expect(calls).not.toContain('replace')
    await visitor.at(second).request(async (session) => {
      await session.update((data) => void Object.assign(data, { count: Number(data['count']) + 1 }))
      expect(session.data).toEqual({ count: 2 })
    })
    expect((await visitor.read())?.data).toEqual({ count: 2 })
  })

  test('on a new session stores what it sets, not the defaults', async () => {
    const schema = schemaOf((data) => ({ theme: 'light', ...data }))
    const { visitor, plain, others } = fleet({ schema })
    const [typed = plain] = others
    await visitor.at(typed).request((session) => session.update(() => undefined))
    expect(await visitor.read()).toBe(null)
    await visitor.at(typed).request(async (session) => {
      await session.update((data) => void Object.assign(data, { n: 1 }))
      expect(session.data).toEqual({ n: 1, theme: 'light' })
    })
    expect((await visitor.read())?.data).toEqual({ n: 1 })
  })

  test('that an older server makes is refused where a newer one has written meanwhile', async () => {
    const { visitor, plain, others } = fleet(
      { version: 1, schema: anything },
      { version: 2, migrations },
    )
    const [first = plain, second = plain] = others
    await visitor.request(({ data }) => void Object.assign(data, { n: 1 }))
    const late = await visitor.copy().at(first).begin()
    late.session.data['n'] = 5
    await visitor.at(second).request(({ data }) => void Object.assign(data, { count: 2 }))
    await expect(late.finish()).rejects.toMatchObject({
      code: 'ERR_SESSION_DATA_NEWER',
      status: 503,
    })
    expect((await visitor.read())?.data).toEqual({ count: 2 })
  })
})

test('a newer server has written meanwhile, although what it left is the same', async () => {
  const { visitor, plain, others } = fleet(
    { version: 1, schema: anything },
    { version: 2, migrations: { 1: (old) => old } },
  )
  const [first = plain, second = plain] = others
  await visitor.request(({ data }) => void Object.assign(data, { n: 1 }))
  const late = await visitor.copy().at(first).begin()
  late.session.data['n'] = 5
  for (const n of [2, 1])
    await visitor.at(second).request(({ data }) => void Object.assign(data, { n }))
  await expect(late.finish()).rejects.toMatchObject({ code: 'ERR_SESSION_DATA_NEWER' })
  expect((await visitor.read())?.data).toEqual({ n: 1 })
})

test('a commit of data that does not fit fails in development, with an event and without a write', async () => {
  const schema = schemaOf((data) => {
    if ('n' in data && typeof data['n'] !== 'number') throw [{ message: 'no number', path: ['n'] }]
    return data
  })
  const { manager, calls } = testManager({ schema })
  const failed: unknown[] = []
  manager.on('failed', (event) => failed.push(event))
  const carrier = createTestCarrier()
  const session = await manager.load(carrier)
  session.data['n'] = 'one'
  await expect(manager.commit(session, carrier)).rejects.toThrow(/n: no number/)
  expect(failed).toEqual([
    { operation: 'commit', error: expect.objectContaining({ code: 'ERR_SESSION_DATA_INVALID' }) },
  ])
  expect(calls).toEqual([])
})

test('in development, data that does not fit is warned of, where nobody listens to the event', async () => {
  const warn = vi.fn()
  const {
    visitor,
    others: [typed],
    plain,
  } = fleet({
    schema: schemaOf(() => {
      throw [{ message: 'secret', path: ['n'] }]
    }),
    warn,
  })
  await visitor.request(({ data }) => void Object.assign(data, { n: 1 }))
  await visitor.at(typed ?? plain).request(({ data }) => expect(data).toEqual({}))
  expect(warn.mock.calls.flat().join()).toMatch(/does not fit the schema at n/)
  expect(warn.mock.calls.flat().join()).not.toMatch(/secret/)
})

function cookieOf(setCookies: readonly string[]): string {
  return setCookies.map((line) => line.split(';', 1)[0]).join('; ')
}
