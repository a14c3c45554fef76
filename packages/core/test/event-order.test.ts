// The order of the events of a request, as docs/reference/events.md promises it: whole sequences, so that an event that is
// missing or one too many fails too. At the end, all events of all cases are searched for tokens and data.
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { referenceBackend } from '@sojourn/conformance/backend'
import {
  createVisitor,
  signInBrowser,
  type TestData,
  testDeviceProtocol,
  type Visitor,
} from '@sojourn/conformance/testing'
import { afterAll, expect, test } from 'vitest'
import { eventNames, type SessionEventName } from '../src/events.ts'
import { keyedStore } from '../src/keyed/keyed-store.ts'
import type { SessionOptions } from '../src/options/options.ts'
import type { Session } from '../src/session/session.ts'
import { minute } from './contexts.ts'
import { schemaOf } from './data/schemas.ts'
import { rowOf, testManager } from './support.ts'

/** What no event may contain: the data of the sessions, and every cookie that was sent. */
const marker = 'data-of-the-session'
const secrets = new Set([marker])
const told: unknown[] = []
const seen = new Set<string>()

const write = ({ data }: Session<TestData>) => {
  data['n'] = `${marker} ${
    Number(
      String(data['n'] ?? 0)
        .split(' ')
        .at(-1),
    ) + 1
  }`
}
const read = ({ data }: Session<TestData>) => void data['n']
const logIn = (session: Session<TestData>) => session.login('ann')

/** A manager whose events are written down, each as one line. */
function world(options: Partial<SessionOptions> = {}) {
  const made = testManager({ touchInterval: minute, rotationInterval: 15 * minute, ...options })
  const lines: string[] = []
  for (const name of Object.keys(eventNames) as SessionEventName[])
    made.manager.on(name, (event) => {
      told.push(event)
      seen.add(name)
      lines.push(lineOf(name, event))
    })
  /** Makes a request and returns its events. Of one within another: those since, for the outer one. */
  const eventsOf = async (visitor: Visitor, handle: (session: Session<TestData>) => unknown) => {
    lines.length = 0
    await visitor.request(async (session) => void (await handle(session))).catch(() => undefined)
    for (const [, value = ''] of visitor.cookie?.matchAll(/=([^;]+)/g) ?? []) secrets.add(value)
    return lines.splice(0)
  }
  const visitor = async (handle = write) => {
    const made = browser()
    await eventsOf(made, handle)
    return made
  }
  const browser = () => createVisitor(made.manager)
  return { ...made, lines, eventsOf, visitor, browser }
}

/** The name of an event, and what tells it from others of the name. */
function lineOf(name: SessionEventName, event: object): string {
  const { reason, what, why, by, operation, again, changed }: Record<string, unknown> = { ...event }
  const parts = [reason, what, why, name === 'committed' && by, operation]
  const flags = [again === true && 'again', changed === true && 'changed']
  return [name, ...parts, ...flags].filter((part) => typeof part === 'string').join(' ')
}

test('a visitor who has no session, and keeps nothing', async () => {
  const { eventsOf, browser } = world()
  expect(await eventsOf(browser(), read)).toEqual([])
})

test('the first write', async () => {
  const { eventsOf, browser } = world()
  expect(await eventsOf(browser(), write)).toEqual(['created', 'committed commit changed'])
})

test('a read, a write, and a touch', async () => {
  const { eventsOf, visitor, clock } = world()
  const ann = await visitor()
  expect(await eventsOf(ann, read)).toEqual(['loaded'])
  expect(await eventsOf(ann, write)).toEqual(['loaded', 'committed commit changed'])
  clock.now += minute
  expect(await eventsOf(ann, read)).toEqual(['loaded', 'touched', 'committed commit'])
  clock.now += minute
  expect(await eventsOf(ann, write)).toEqual(['loaded', 'touched', 'committed commit changed'])
})

test('an update, of a new session and of a saved one, and one that changes nothing', async () => {
  const { eventsOf, browser } = world()
  const ann = browser()
  const count = (session: Session<TestData>) =>
    session.update((data) => void Object.assign(data, { count: Number(data['count'] ?? 0) + 1 }))
  expect(await eventsOf(ann, count)).toEqual(['created', 'committed update changed'])
  expect(await eventsOf(ann, count)).toEqual(['loaded', 'committed update changed'])
  expect(await eventsOf(ann, (session) => session.update(() => undefined))).toEqual(['loaded'])
})

test('a login of a new visitor, of one with a session, and again', async () => {
  const { eventsOf, visitor, browser } = world()
  expect(await eventsOf(browser(), logIn)).toEqual(['created', 'loggedIn'])
  const ann = await visitor()
  expect(await eventsOf(ann, logIn)).toEqual(['loaded', 'ended login', 'created', 'loggedIn'])
  expect(await eventsOf(ann, logIn)).toEqual(['loaded', 'rotated cause', 'loggedIn again'])
  const afterChange = async (session: Session<TestData>) => {
    await session.login('ann')
    write(session)
  }
  expect(await eventsOf(ann, afterChange)).toEqual([
    'loaded',
    'rotated cause',
    'loggedIn again',
    'committed commit changed',
  ])
})

test('a login that evicts, and the request of the evicted device', async () => {
  const { eventsOf, visitor, browser } = world({ limit: { max: 1 } })
  const phone = await visitor(logIn)
  expect(await eventsOf(browser(), logIn)).toEqual([
    'evicted',
    'ended evicted',
    'created',
    'loggedIn',
  ])
  expect(await eventsOf(phone, read)).toEqual(['discarded token ended'])
})

test('a rotation by cause, and one by age: its offer and its confirmation', async () => {
  const { eventsOf, visitor, clock } = world()
  const ann = await visitor()
  expect(await eventsOf(ann, (session) => session.rotate())).toEqual([
    'loaded',
    'rotated cause',
    'committed commit',
  ])
  clock.now += 15 * minute
  expect(await eventsOf(ann, read)).toEqual(['loaded', 'touched', 'committed commit'])
  clock.now += minute
  expect(await eventsOf(ann, read)).toEqual([
    'loaded',
    'touched',
    'rotated age',
    'committed commit',
  ])
})

test('a stale token, and a replay', async () => {
  const { eventsOf, visitor, clock } = world()
  const ann = await visitor(logIn)
  const thief = ann.copy()
  await eventsOf(ann, (session) => session.rotate())
  expect(await eventsOf(thief, read)).toEqual(['discarded token stale'])
  clock.now += 6 * minute
  expect(await eventsOf(thief, read)).toEqual([
    'replayed',
    'ended replayed',
    'discarded token ended',
  ])
})

test('another client, by each policy', async () => {
  const agent = (name: string) => ({ headers: { 'user-agent': name } })
  for (const [onMismatch, ...lines] of [
    ['event', 'mismatch', 'loaded'],
    ['reauthenticate', 'mismatch', 'discarded token mismatch'],
    ['destroy', 'mismatch', 'ended mismatch', 'discarded token mismatch'],
  ] as const) {
    const { eventsOf, browser } = world({ fingerprint: { of: ['user-agent'], onMismatch } })
    const ann = browser().copy(agent('a'))
    await eventsOf(ann, logIn)
    expect(await eventsOf(ann.copy(agent('b')), read)).toEqual(lines)
  }
})

test('a device binding: its registration, a refresh, and a request without a proof', async () => {
  const { eventsOf, manager, lines } = world({ deviceBound: testDeviceProtocol() })
  const ann = await signInBrowser(manager)
  const eventsOfBrowser = async (post: () => Promise<unknown>) => {
    lines.length = 0
    await post()
    return lines.splice(0)
  }
  const thief = ann.visitor.copy()
  expect(await eventsOfBrowser(() => ann.register())).toEqual(['bound'])
  expect(await eventsOfBrowser(() => ann.register())).toEqual(['bindingRefused challenge'])
  expect(await eventsOfBrowser(() => ann.refresh({ challenge: '' }))).toEqual([])
  expect(await eventsOfBrowser(() => ann.refresh())).toEqual(['refreshed'])
  expect(await eventsOf(ann.visitor, read)).toEqual(['loaded'])
  expect(await eventsOf(thief, read)).toEqual(['bindingRefused missing', 'discarded token unbound'])
})

test('a conflict', async () => {
  const { eventsOf, visitor } = world()
  const ann = await visitor()
  const both = async (session: Session<TestData>) => {
    await eventsOf(ann.copy(), write)
    Object.assign(session.data, { n: `${marker} of this request` })
  }
  expect(await eventsOf(ann, both)).toEqual(['conflict', 'committed commit changed'])
})

test('what is superseded: a commit, an update and a login', async () => {
  const { eventsOf, visitor } = world()
  const ann = await visitor(logIn)
  const after =
    (handle: (session: Session<TestData>) => unknown) => async (session: Session<TestData>) => {
      await eventsOf(ann.copy(), (other) => other.rotate())
      await handle(session)
    }
  const refused = async (handle: (session: Session<TestData>) => unknown) => {
    const other = await visitor(logIn)
    Object.assign(ann, { cookie: other.cookie })
    return eventsOf(ann, after(handle))
  }
  expect(await refused(write)).toEqual(['superseded commit', 'discarded changes superseded'])
  expect(await refused((session) => session.update(() => undefined))).toEqual(['superseded update'])
  expect(await refused(logIn)).toEqual(['superseded login'])
})

test('a factor, acting as another user, and the way back', async () => {
  const { eventsOf, visitor, clock } = world({ acting: true })
  const sue = await visitor(logIn)
  const actAs = (session: Session<TestData>) => session.actAs('bob')
  const stopActing = (session: Session<TestData>) => session.stopActing()
  const addFactor = (session: Session<TestData>) => session.addFactor({ method: 'passkey' })
  expect(await eventsOf(sue, addFactor)).toEqual(['loaded', 'rotated cause'])
  const click = sue.copy()
  expect(await eventsOf(sue, actAs)).toEqual(['loaded', 'created'])
  expect(await eventsOf(click, actAs)).toEqual(['loaded']) // it joins
  clock.now += minute
  expect(await eventsOf(sue, read)).toEqual(['loaded', 'touched', 'committed commit', 'touched'])
  expect(await eventsOf(sue, stopActing)).toEqual(['loaded', 'ended logout', 'rotated cause'])
  expect(await eventsOf(click, read)).toEqual(['discarded token ended'])
  clock.now += minute
  const rotateAndAct = async (session: Session<TestData>) => {
    session.rotate()
    await session.actAs('bob')
  }
  expect(await eventsOf(sue, rotateAndAct)).toEqual([
    'loaded',
    'touched',
    'rotated cause',
    'created',
  ])
  expect(await eventsOf(sue, (session) => session.login('cay'))).toEqual([
    'loaded',
    'ended login',
    'created',
    'ended login',
    'loggedIn',
  ])
})

test('what is superseded: a factor, an acting and its way back; and an acting session whose actor is gone', async () => {
  const { eventsOf, visitor, manager } = world({ acting: true })
  const refused = async (
    before: (session: Session<TestData>) => unknown,
    handle: (session: Session<TestData>) => unknown,
  ) => {
    const own = await visitor(logIn)
    const sue = own.copy()
    await sue.request(async (session) => void (await before(session)))
    return eventsOf(sue, async (session) => {
      await eventsOf(own, (other) => other.rotate())
      await handle(session)
    })
  }
  const actAs = (session: Session<TestData>) => session.actAs('bob')
  expect(await refused(read, (session) => session.addFactor({ method: 'passkey' }))).toEqual([
    'superseded addFactor',
  ])
  expect(await refused(read, actAs)).toEqual(['superseded actAs'])
  expect(await refused(actAs, (session) => session.stopActing())).toEqual(['superseded stopActing'])
  const sue = await visitor(logIn)
  await sue.request(actAs)
  await manager.revokeAll('ann')
  expect(await eventsOf(sue, read)).toEqual(['ended revoked', 'discarded token ended'])
})

test('a logout, one everywhere, and a change of a session that has ended', async () => {
  const { eventsOf, visitor } = world()
  const [ann, phone] = [await visitor(logIn), await visitor(logIn)]
  const tablet = await visitor(logIn)
  expect(await eventsOf(ann, (session) => session.destroy())).toEqual(['loaded', 'ended logout'])
  expect(await eventsOf(tablet, (session) => session.destroyAll())).toEqual([
    'loaded',
    'ended revoked',
    'ended logout',
  ])
  expect(await eventsOf(phone, write)).toEqual(['discarded token ended', 'discarded changes ended'])
})

test('revoke, revokeAll and revokeEverybody', async () => {
  const { manager, lines, visitor } = world()
  const ids: string[] = []
  for (let n = 0; n < 3; n++) {
    const ann = await visitor(logIn)
    ids.push(await ann.request(({ id }) => id))
  }
  lines.length = 0
  await manager.revoke(String(ids[0]))
  expect(lines.splice(0)).toEqual(['ended revoked'])
  expect(await manager.revokeAll('ann')).toBe(2)
  expect(lines.splice(0)).toEqual(['ended revoked', 'ended revoked'])
})

test('a record that cannot be decoded', async () => {
  const { eventsOf, visitor, rows } = world()
  const ann = await visitor()
  const id = await ann.request((session) => session.id)
  rows.set(id, { ...rowOf(rows, id), value: Buffer.from(`broken ${marker}`) })
  expect(await eventsOf(ann, read)).toEqual(['corrupt', 'discarded token corrupt'])
})

test('a store that fails: at the load, and at the commit, which tries twice', async () => {
  const { eventsOf, visitor, fail } = world()
  const ann = await visitor()
  const outage = fail('find')
  expect(await eventsOf(ann, read)).toEqual(['failed find'])
  outage.stop()
  fail('replace')
  expect(await eventsOf(ann, write)).toEqual(['loaded', 'failed replace', 'failed replace'])
})

test('a change that comes after the headers', async () => {
  const { eventsOf, visitor, lines } = world()
  const ann = await visitor()
  lines.length = 0
  const { session, carrier, finish } = await ann.begin()
  carrier.sent = true
  write(session)
  await finish()
  expect(lines.splice(0)).toEqual(['loaded', 'discarded changes late'])
  expect(await eventsOf(ann, read)).toEqual(['loaded'])
})

test('a watch, which touches like a request', async () => {
  const { manager, visitor, clock, lines } = world()
  const ann = await visitor()
  lines.length = 0
  const watch = await manager.watch({ cookie: ann.cookie })
  clock.now += minute
  await watch.keepAlive()
  watch.close()
  expect(lines.splice(0)).toEqual(['loaded', 'touched'])
})

test('what the fields of an eviction and of a login tell', async () => {
  const { manager, visitor, browser } = world({ limit: { max: 1 } })
  const [evicted, logins]: object[][] = [[], []]
  manager.on('evicted', (event) => evicted?.push(event))
  manager.on('loggedIn', (event) => logins?.push(event))
  const first = await (await visitor(logIn)).request(({ id }) => id)
  const phone = browser()
  await phone.request(write)
  const before = await phone.request(({ id }) => id)
  await phone.request(logIn)
  const second = await phone.request(({ id }) => id)
  await phone.request(logIn)
  const ann = { userId: 'ann' }
  expect(evicted).toEqual([{ ...ann, id: first, by: second }])
  expect(logins).toEqual([
    { ...ann, id: first, again: false, previousId: undefined },
    { ...ann, id: second, again: false, previousId: before },
    { ...ann, id: second, again: true, previousId: undefined },
  ])
})

test('data that does not fit or migrate, once in each request that reads it', async () => {
  const refusing = schemaOf(({ n }) => {
    if (typeof n === 'string') throw [{ message: `${n} is no number`, path: ['n'] }]
    return {}
  })
  const migrations = {
    1: () => {
      throw new RangeError(marker)
    },
  }
  for (const [options, why] of [
    [{ schema: refusing }, 'schema'],
    [{ version: 2, migrations }, 'migration'],
  ] as const) {
    const secretKey = randomBytes(32)
    const { rows, visitor } = world({ secretKey })
    const ann = await visitor()
    const typed = world({
      ...options,
      secretKey,
      store: keyedStore(referenceBackend({ entries: rows })),
    })
    const there = ann.at(typed.manager)
    expect(await typed.eventsOf(there, ({ userId }) => userId)).toEqual(['loaded'])
    expect(await typed.eventsOf(there, (session) => [read(session), read(session)])).toEqual([
      'loaded',
      `invalidData ${why}`,
    ])
  }
})

afterAll(() => {
  const elsewhere = ['stalled', 'expired', 'displaced', 'everybodyRevoked']
  const others = [...elsewhere, 'secretsChanged', 'secretsRefused']
  expect([...seen, ...others].sort()).toEqual(Object.keys(eventNames).sort())
  const text = inspect(told, {
    depth: 20,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
  })
  expect(secrets.size).toBeGreaterThan(20)
  for (const secret of secrets) expect(text.includes(secret), secret).toBe(false)
})
