import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { rounds, type StoreCase, type StoreFixture } from '../store-fixture.ts'
import { assign, put, type TestData, type Visitor } from '../visitor.ts'

const needs = ['conditionalWrite']

/** P2: parallel requests keep what each of them changed. */
export const nothingIsLost: readonly StoreCase[] = [
  {
    id: 'P2.1',
    title: 'four parallel writers of different keys all keep their change, 300 times',
    needs,
    async run(fixture) {
      const ann = await visitorWith(fixture, {})
      let lost = 0
      for (let round = 1; round <= rounds; round++) {
        await inParallel(ann, 4, (data, n) => {
          data[`k${n}`] = round
        })
        const seen = await ann.read()
        for (const n of [0, 1, 2, 3]) if (seen?.data[`k${n}`] !== round) lost++
      }
      equal(lost, 0, `${lost} of ${4 * rounds} changes were lost`)
    },
  },
  {
    id: 'P2.2',
    title: 'of two writers of one key the last commit wins, and an event names the key',
    needs,
    async run(fixture) {
      const ann = await visitorWith(fixture, { n: 0 })
      const conflicts: unknown[] = []
      fixture.manager.on('conflict', ({ keys }) => conflicts.push(keys))
      const [one, two] = [await ann.copy().begin(), await ann.copy().begin()]
      one.session.data['n'] = 1
      two.session.data['n'] = 2
      await one.finish()
      await two.finish()
      deepEqual((await ann.read())?.data, { n: 2 })
      deepEqual(conflicts, [['n']])
    },
  },
  {
    id: 'P2.3',
    title: '100 parallel increments by update give 100',
    needs,
    async run(fixture) {
      const ann = await visitorWith(fixture, { n: 0 })
      await Promise.all(Array.from({ length: 100 }, () => increment(ann.copy())))
      deepEqual((await ann.read())?.data, { n: 100 })
    },
  },
  {
    id: 'P2.4',
    title: '20 parallel increments by update on each of four servers give 80',
    needs,
    async run(fixture) {
      const ann = await visitorWith(fixture, { n: 0 })
      const servers = [fixture.manager, fixture.connect(), fixture.connect(), fixture.connect()]
      const browsers = servers.flatMap((server) =>
        Array.from({ length: 20 }, () =>
          Object.assign(fixture.visitor(server), { cookie: ann.cookie }),
        ),
      )
      await Promise.all(browsers.map(increment))
      deepEqual((await ann.read())?.data, { n: 80 })
    },
  },
  {
    id: 'P2.5',
    title: 'removing a key merges with changing another',
    needs,
    async run(fixture) {
      const ann = await visitorWith(fixture, { a: 1, b: 1 })
      await inParallel(ann, 2, (data, n) => {
        if (n === 0) delete data['a']
        else data['b'] = 2
      })
      deepEqual((await ann.read())?.data, { b: 2 })
    },
  },
  {
    id: 'P2.6',
    title: 'flash messages of parallel requests are all kept, and each is shown once',
    needs,
    async run(fixture) {
      const ann = await visitorWith(fixture, { a: 1 })
      await Promise.all(
        [0, 1, 2, 3].map((n) => ann.copy().request(({ flash }) => flash.add('info', n))),
      )
      const shown = await ann.request(({ flash }) => flash.take('info'))
      deepEqual(shown.sort(), [0, 1, 2, 3])
      deepEqual(await ann.request(({ flash }) => flash.take('info')), [])
    },
  },
  {
    id: 'P2.7',
    title: 'a message that arrives while others are read is not lost',
    needs,
    async run(fixture) {
      const ann = await visitorWith(fixture, { a: 1 })
      await ann.request(({ flash }) => flash.add('info', 'first'))
      const reading = await ann.copy().begin()
      deepEqual(reading.session.flash.take('info'), ['first'])
      await ann.copy().request(({ flash }) => flash.add('info', 'second'))
      await reading.finish()
      deepEqual(await ann.request(({ flash }) => flash.take('info')), ['second'])
    },
  },
  {
    id: 'P2.8',
    title:
      'update sees the newest data and the changes of its own request, and returns what it made',
    needs,
    async run(fixture) {
      const ann = await visitorWith(fixture, { n: 1 })
      const { session, finish } = await ann.begin()
      await ann.copy().request(put({ n: 41 }))
      session.data['mine'] = true
      const seen = await session.update((data) => {
        data['n'] = Number(data['n']) + 1
        return { ...data }
      })
      deepEqual({ ...seen }, { n: 42, mine: true })
      deepEqual({ ...session.data }, { n: 42, mine: true })
      await finish()
      deepEqual((await ann.read())?.data, { n: 42, mine: true })
    },
  },
  {
    id: 'P2.9',
    title: 'an update that throws writes nothing and leaves the session as it was',
    async run(fixture) {
      const ann = await visitorWith(fixture, { n: 1 })
      const { session, finish } = await ann.begin()
      const failing = session.update((data) => {
        data['n'] = 2
        throw new RangeError('no')
      })
      equal(await failing.catch((error: Error) => error.name), 'RangeError')
      deepEqual({ ...session.data }, { n: 1 })
      await finish()
      deepEqual((await ann.read())?.data, { n: 1 })
    },
  },
  {
    id: 'P2.10',
    title: 'what a handler changes while its own write is on the way is kept',
    async run(fixture) {
      const ann = await visitorWith(fixture, { n: 1 })
      await ann.request(async (session) => {
        const updating = session.update(assign({ n: 2 }))
        session.data['meanwhile'] = true
        await updating
        deepEqual({ ...session.data }, { n: 2, meanwhile: true })
      })
      deepEqual((await ann.read())?.data, { n: 2, meanwhile: true })
    },
  },
]

/** Returns a signed-in browser with `data` in its session. */
async function visitorWith({ visitor }: StoreFixture, data: TestData): Promise<Visitor> {
  const ann = visitor()
  await ann.request(async (session) => {
    await session.login('user-1')
    Object.assign(session.data, data)
  })
  return ann
}

/** Runs requests that all load before any of them commits, and then commit at once. */
async function inParallel(
  visitor: Visitor,
  count: number,
  change: (data: TestData, n: number) => void,
): Promise<void> {
  const visits = await Promise.all(Array.from({ length: count }, () => visitor.copy().begin()))
  visits.forEach(({ session }, n) => {
    change(session.data, n)
  })
  await Promise.all(visits.map(({ finish }) => finish()))
}

async function increment(visitor: Visitor): Promise<void> {
  await visitor.request((session) =>
    session.update((data) => {
      data['n'] = Number(data['n']) + 1
    }),
  )
}
