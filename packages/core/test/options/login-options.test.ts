import { createVisitor } from '@sojourn/conformance/testing'
import { expect, test } from 'vitest'
import { testManager, visit } from '../support.ts'

const invalid = expect.objectContaining({ code: 'ERR_CONFIG_INVALID', status: 500 })

test.each([
  ['persistent of a checkbox', { persistent: 'on' }, /persistent is .on./],
  ['persistent null', { persistent: null }, /persistent is null/],
  ['a client that is text', { client: 'Firefox' }, /client is not/],
  ['a client of numbers', { client: { n: 3 } }, /client is not/],
  ['a client of 5 MB', { client: { name: 'x'.repeat(5e6) } }, /client is not/],
])(
  'a login refuses %s instead of writing a record that it cannot read',
  async (_title, options, message) => {
    const { manager, rows } = testManager()
    const visiting = visit(createVisitor(manager), (session) =>
      session.login('u', options as never),
    )
    await expect(visiting).rejects.toThrow(message)
    expect(rows.size).toBe(0)
  },
)

test('a client is read once: what was checked is stored, whatever the object does afterwards', async () => {
  const { manager } = testManager()
  const visitor = createVisitor(manager)
  let reads = 0
  const client = {
    other: 'kept',
    get name() {
      return ['Firefox', 'x'.repeat(5e6)][reads++] ?? ''
    },
  }
  await visitor.request(async (session) => {
    await session.login('ann', { client })
    client.other = 'x'.repeat(5e6)
    session.data['n'] = 1
  })
  const [ann] = await manager.sessions('ann')
  expect(ann?.client).toEqual({ other: 'kept', name: 'Firefox' })
  expect(reads).toBe(1)
})

test('a login is refused whose own maxAge is longer than the hard limit that it gets', async () => {
  const { manager } = testManager({ absoluteTimeout: '8h' })
  const login = (options: object) =>
    visit(createVisitor(manager), (session) => session.login('ann', options))
  await expect(login({ maxAge: '9h' })).rejects.toEqual(invalid)
  await expect(login({ maxAge: '9h', absoluteTimeout: '1h' })).rejects.toEqual(invalid)
  await expect(login({ maxAge: '9h', absoluteTimeout: '9h' })).resolves.toBeDefined()
  await expect(login({ absoluteTimeout: '1h' })).resolves.toBeDefined() // the manager's maxAge is cut off, as it says
})

test('carry takes a list and no text, whose parts would be keys', async () => {
  const { manager } = testManager()
  await createVisitor(manager).request(async (session) => {
    session.data['car'] = 1
    await expect(session.login('ann', { carry: 'cart' as never })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
    })
    await session.login('ann', { carry: ['cart'] })
    expect(session.data).toEqual({})
  })
})
