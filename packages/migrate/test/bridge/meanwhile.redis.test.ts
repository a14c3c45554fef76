/** What happens between two steps of a new server: its client lets others act before the step that a test names. */
import { createVisitor, deferred, type TestData } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { createWorld } from './world.ts'

type World = Awaited<ReturnType<typeof createWorld>>

const onlyOld = (cookie = '') => cookie.replace(/(^|; )sid=[^;]*/, '').replace(/^; /, '')

/** Returns a client before whose command on a key of this kind, the first or the one with this number, `act` runs to its end. */
function clientThatWaits(
  world: World,
  isNamed: (name: string) => boolean,
  act: () => unknown,
  number = 1,
) {
  let commands = 0
  return world.clientThat(async (name) => {
    if (isNamed(name) && ++commands === number) await act()
    return false
  })
}

/** Deletes all sessions of new servers, and their tombstones, which last a minute. */
async function deleteRows({ client, oldPrefix }: World): Promise<void> {
  for (const row of await client.keys(oldPrefix.replace(/sess:$/, 'sid:*'))) await client.del(row)
}

describe.each([true, false])('with keepOld: %s', (keepOld) => {
  /** Returns a session that an old server has changed, and a browser whose next request another server overtakes. */
  async function createRace() {
    const world = await createWorld('redis')
    const other = world.server()
    const ann = await world.oldBrowser({ passport: { user: 'ann' }, n: 0, gone: 1 }, other)
    await ann.request()
    await ann.request()
    const old = await world.oldRequest(ann)
    old.data['n'] = 1
    delete old.data['gone']
    await old.save()
    const sourceClient = clientThatWaits(
      world,
      (name) => name === world.recordOf(ann),
      () => ann.copy().at(other).request(),
    )
    return { ann, other, overtaken: ann.copy().at(world.server({ sourceClient, keepOld })) }
  }

  test('a reader gets what an old server wrote before it, although another server merges that meanwhile', async () => {
    const { overtaken } = await createRace()
    expect(await overtaken.read()).toEqual({
      userId: 'ann',
      data: { passport: { user: 'ann' }, n: 1 },
    })
  })

  test('so does a writer, which goes on from there', async () => {
    const { ann, other, overtaken } = await createRace()
    await overtaken.request(({ data }) => {
      data['n'] = Number(data['n']) + 1
    })
    expect(await ann.at(other).read()).toEqual({
      userId: 'ann',
      data: { passport: { user: 'ann' }, n: 2 },
    })
  })
})

test('a request that is overtaken by an elevation still reads its session', async () => {
  const world = await createWorld('redis')
  const other = world.server()
  const ann = await world.oldBrowser({ passport: { user: 'ann' }, n: 0 }, other)
  await ann.request()
  await ann.request()
  const sourceClient = clientThatWaits(
    world,
    (name) => name === world.recordOf(ann),
    () =>
      ann
        .copy()
        .at(other)
        .request((session) => session.rotate()),
  )
  const overtaken = ann.copy().at(world.server({ sourceClient }))
  expect(await overtaken.read()).toMatchObject({ userId: 'ann', data: { n: 0 } })
})

test.each([
  ['logout', 'ann', undefined, 0],
  ['login of another user', 'ann', 'bob', 0],
  ['login of a visitor, whose write it is', undefined, 'ann', 1],
])(
  'a %s on an old server that keeps the id is not undone by a write on its way',
  async (_, before, after, n) => {
    const world = await createWorld('redis')
    const dataOf = (user: string | undefined) => (user ? { passport: { user } } : {})
    const ann = await world.oldBrowser({ ...dataOf(before), n: 0 }, world.server())
    await ann.request()
    await ann.request()
    const late = await ann.copy().at(world.server()).begin()
    Object.assign(late.session.data, { n: 1 })
    const old = await world.oldRequest(ann)
    delete old.data['passport']
    Object.assign(old.data, dataOf(after))
    await old.save()
    await late.finish()
    expect(await world.oldData(ann)).toEqual({ ...dataOf(after), n })
    expect(await ann.at(world.server()).read()).toMatchObject({ userId: after, data: { n } })
    expect(await world.oldData(ann)).toEqual({ ...dataOf(after), n })
  },
)

describe('a request that replaces the old record', () => {
  /** Begins a request on a new server, and returns one on an old server that read the session after it. */
  async function createRace(user?: string) {
    const world = await createWorld('redis')
    const data = user ? { passport: { user } } : {}
    const ann = await world.oldBrowser(data, world.server())
    await ann.request()
    await ann.request()
    const before = ann.copy()
    const running = await ann.begin()
    return { world, ann, before, running, old: await world.oldRequest(ann) }
  }

  test.each([
    ['rotate()', 'ann'],
    ['a login of a visitor', undefined],
  ])('%s keeps what an old server has written meanwhile', async (_, user) => {
    const { world, ann, running, old } = await createRace(user)
    old.data['ofOld'] = 1
    await old.save()
    if (user) running.session.rotate()
    else await running.session.login('ann')
    await running.finish()
    expect(await world.oldData(ann)).toEqual({ passport: { user: 'ann' }, ofOld: 1 })
    expect(await ann.read()).toMatchObject({ userId: 'ann', data: { ofOld: 1 } })
  })

  test('rotate() does not undo a logout on an old server', async () => {
    const { world, ann, before, running } = await createRace('ann')
    await world.oldLogout(before.copy())
    running.session.rotate()
    await running.finish()
    for (const { cookie } of [ann, before])
      expect(await createVisitor(world.server(), cookie).read()).toBeNull()
  })
})

describe('a session that ends before its old record can be found', () => {
  async function createEnded(part: string) {
    const world = await createWorld('redis')
    const sourceClient = clientThatWaits(
      world,
      (name) => name.includes(`sess:${part}`),
      () => world.server().revokeAll('ann'),
    )
    const server = world.server({ sourceClient })
    const ann = createVisitor<TestData>(server)
    await ann.request((session) => session.login('ann'))
    return { world, server, cookie: ann.cookie ?? '' }
  }

  test.each(['old:', 'id:'])('ends on old servers by the second look (%s)', async (part) => {
    const { world, server, cookie } = await createEnded(part)
    await server.close() // takes its second look
    expect(await world.oldData({ cookie })).toBeUndefined()
  })

  test('is not imported again once nothing but its old record is left', async () => {
    const { world, cookie } = await createEnded('id:')
    await deleteRows(world)
    expect(await createVisitor(world.server(), onlyOld(cookie)).read()).toBeNull()
    expect(await world.oldData({ cookie })).toBeUndefined()
  })
})

test('two servers that give a session its old record at once leave both values there', async () => {
  const world = await createWorld('redis')
  const ann = createVisitor<TestData>(world.server({ keepOld: false }))
  await ann.request((session) => session.login('ann'))
  const [secondHasSaved, firstIsDone] = [deferred(), deferred()]

  /** Writes a value; `meanwhile` runs when the old record is there, and the session is about to note which one it has. */
  async function writeValue(name: string, meanwhile: () => unknown) {
    let isWriting = false
    const isNote = (key: string) => isWriting && key.includes('sess:id:')
    const server = world.server({ sourceClient: clientThatWaits(world, isNote, meanwhile, 2) })
    const browser = ann.copy().at(server)
    await browser.request(({ data }) => {
      data[name] = 1
      isWriting = true
    })
    return { browser, server }
  }

  let second: ReturnType<typeof writeValue> | undefined
  const first = await writeValue('first', () => {
    second = writeValue('second', () => {
      secondHasSaved.resolve()
      return firstIsDone.promise
    })
    return secondHasSaved.promise
  })
  firstIsDone.resolve()
  expect(await world.oldData(first.browser)).not.toHaveProperty('second')
  await (await second)?.server.close() // takes its second look
  expect(await world.oldData(first.browser)).toMatchObject({ first: 1, second: 1 })
})

test('a session is noted as imported, although another server merges a change just then', async () => {
  const world = await createWorld('redis')
  const other = world.server()
  const ann = await world.oldBrowser({ passport: { user: 'ann' }, n: 0 }, other)
  const { cookie } = ann
  const sourceClient = clientThatWaits(
    world,
    (name) => name.includes('sess:old:'),
    async () => {
      const old = await world.oldRequest(ann)
      old.data['n'] = 1
      await old.save()
      expect(await ann.copy().at(other).read()).toMatchObject({ data: { n: 1 } })
    },
    3, // the session is there, which is not yet noted
  )
  const importing = ann.copy().at(world.server({ sourceClient }))
  expect(await importing.read()).toMatchObject({ userId: 'ann', data: { n: 1 } })
  await deleteRows(world)
  expect(await createVisitor(world.server(), cookie).read()).toBeNull()
})
