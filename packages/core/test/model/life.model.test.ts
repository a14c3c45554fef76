import { randomBytes } from 'node:crypto'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import {
  controlledBackend,
  createJar,
  createVisitor,
  type Jar,
  type TestData,
} from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createSessionManager, type SessionManager } from '../../src/manager/manager.ts'
import { devConfig } from '../../src/options/presets.ts'
import type { Session } from '../../src/session/session.ts'
import { createModel, losingReplies } from './life.ts'
import { seeded } from './simulation.ts'

const requests = Number(process.env['REQUESTS'] ?? 1_500)
const users = ['ann', 'bob', 'eve']
const minute = 60_000

interface Happening {
  readonly at: number
  happen(): Promise<void>
}

/** Many browsers at once, some sharing a cookie, doing everything; after every step the model is asked. */
async function live(
  seed: number,
): Promise<{ done: Record<string, number>; rows: string; cookies: string[] }> {
  const random = seeded(seed)
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() * items.length)] as Item
  const clock = { now: Date.UTC(2030, 0, 1) }
  const model = createModel()
  const entries: Entries = new Map()
  const { backend, calls, fail } = controlledBackend(
    losingReplies(referenceBackend({ entries }), { share: 0.05, random }),
  )
  const store = keyedStore(backend)
  const [old, current] = [randomBytes(32), randomBytes(32)]
  const connect = (secretKey: Uint8Array | Uint8Array[]) => {
    const options = {
      store,
      indexKey: old,
      clock: () => clock.now,
      onReplay: 'ignore',
      warn: () => undefined,
    } as const
    return createSessionManager<TestData>(
      devConfig(secretKey, {
        ...options,
        absoluteTimeout: '400d',
        maxAge: '300d',
        touchInterval: '1m',
      }),
    )
  }
  const fleet = { managers: [connect(old), connect(old)] }
  const browsers = Array.from({ length: 12 }, () => createJar())
  const happenings: Happening[] = []
  const cookies: string[] = []
  const done: Record<string, number> = {}

  let at = clock.now
  for (let n = 0; n < requests; ) {
    at += random() * 60_000
    const browser = pick(browsers)
    for (let burst = 1 + Math.floor(random() * 6); burst > 0; burst--, n++) {
      const nth = n
      happenings.push({ at: at + random() * 500, happen: () => arrive(browser, nth) })
    }
  }
  happenings.push({ at: clock.now + (at - clock.now) / 2, happen: rollKeys })
  while (happenings.length > 0) {
    happenings.sort((a, b) => b.at - a.at)
    const next = happenings.pop()
    clock.now = Math.max(clock.now, next?.at ?? 0)
    await next?.happen()
  }
  await model.checkLists(pick(fleet.managers), users)
  const rows = [...entries.values()].map((row) =>
    'value' in row ? Buffer.from(row.value).toString('latin1') : '',
  )
  return { done, rows: rows.join(), cookies }

  async function rollKeys(): Promise<void> {
    fleet.managers = [connect([current, old]), connect([current, old])]
  }

  async function arrive(browser: Jar, n: number): Promise<void> {
    const manager = pick(fleet.managers)
    const cookie = browser.header
    const hasToken = cookie?.includes('sid=') ?? false
    if (cookie && hasToken && random() < 0.05) await checkTroubleAndRubbish(manager, cookie)
    calls.length = 0
    const { session, carrier } = await createVisitor(manager, cookie).begin()
    const isAlive = !session.isNew
    expect(calls, 'P7: a load').toEqual(hasToken ? ['find'] : [])
    if (isAlive) model.checkLoaded(session, cookie ?? '')
    else model.checkRefused(cookie)
    const { expiresAt = Number.POSITIVE_INFINITY } = session.info ?? {}
    expect(expiresAt, 'P9: a session past its limits').toBeGreaterThan(clock.now)
    const lastSeenAt = session.info?.lastSeenAt ?? 0
    const leave = async () => {
      const isDue = clock.now - lastSeenAt >= minute
      const acted = await act(manager, session, n)
      calls.length = 0
      const failed = await manager.commit(session, carrier)?.then(
        () => undefined,
        (error: { code: string }) => error.code,
      )
      if (acted === 'read' && !isDue && !cookie?.includes('sid.next='))
        expect(calls, 'P7: a commit of nothing').toEqual([])
      acknowledge({ acted, failed, session, isAlive, key: `k${n}` })
      const hasCause = ['login', 'rotate', 'destroy', 'destroyAll'].includes(acted) || !isAlive
      const hasToken = carrier.setCookies.some((line) => line.startsWith('sid='))
      if (hasToken) expect(hasCause, `P12: a cookie after ${acted}`).toBe(true)
      receive(carrier.setCookies)
      if (random() < 0.1) await model.checkLists(manager, users)
    }
    happenings.push({ at: clock.now + random() * 3_000, happen: leave })

    function receive(lines: readonly string[]): void {
      for (const line of lines) {
        if (/Max-Age=0/.test(line)) continue
        const [handed = ''] = line.split(';')
        cookies.push(handed)
        if (!session.ended) model.handOut(session.id, handed)
      }
      if (lines.length === 0 || random() < 0.1) return
      happenings.push({
        at: clock.now + random() * (random() < 0.2 ? 60_000 : 500),
        happen: async () => browser.take(lines),
      })
    }
  }

  /** P8: a store that is down is an error and changes nothing. P6: a forged cookie is not even looked for. */
  async function checkTroubleAndRubbish(
    manager: SessionManager<TestData>,
    cookie: string,
  ): Promise<void> {
    const outage = fail('find')
    const down = { code: 'ERR_STORE_UNAVAILABLE' }
    await expect(createVisitor(manager, cookie).begin(), 'P8').rejects.toMatchObject(down)
    outage.stop()
    calls.length = 0
    const forged = cookie.replaceAll(/.(?=;|$)/g, (last) => (last === 'A' ? 'B' : 'A'))
    const { session } = await createVisitor(manager, forged).begin()
    expect([session.isNew, calls], 'P6').toEqual([true, []])
  }

  /** Does one thing with a session; the model is told of what was awaited. */
  async function act(
    manager: SessionManager<TestData>,
    session: Session<TestData>,
    n: number,
  ): Promise<string> {
    const id = session.id
    const isAlive = !session.isNew && !session.ended
    const chance = random()
    if (chance < 0.33) return 'read'
    if (chance < 0.35) return logOutEverywhere(session, { id, isAlive })
    if (chance < 0.6) {
      session.data[`k${n}`] = true
      return 'set'
    }
    if (chance < 0.75) {
      const update = session.update((data) => {
        data['count'] = Number(data['count'] ?? 0) + 1
      })
      const outcome = await update.then(
        () => 'update',
        () => 'refused-update',
      )
      if (outcome === 'update') model.lifeOf(session.id).count++
      return outcome
    }
    if (chance < 0.85) return logIn(manager, session, { id, isAlive })
    if (chance < 0.92) {
      session.rotate()
      return 'rotate'
    }
    if (chance < 0.95) {
      await session.destroy()
      if (isAlive) model.ended(id, 'logout')
      return 'destroy'
    }
    return administer(manager)
  }

  async function logOutEverywhere(
    session: Session<TestData>,
    { id, isAlive }: { id: string; isAlive: boolean },
  ): Promise<string> {
    const { userId } = session
    const others = livingOf(userId).filter((each) => each !== id)
    expect(await session.destroyAll()).toBeGreaterThanOrEqual(others.length)
    for (const each of others) model.ended(each, 'revoked')
    if (isAlive) model.ended(id, 'logout')
    return 'destroyAll'
  }

  /** Returns the ids of a user's sessions that are alive. */
  function livingOf(userId: string | undefined): string[] {
    const living = [...model.lives].filter(
      ([, life]) => !life.ended && userId !== undefined && life.userId === userId,
    )
    return living.map(([id]) => id)
  }

  async function logIn(
    manager: SessionManager<TestData>,
    session: Session<TestData>,
    before: { id: string; isAlive: boolean },
  ): Promise<string> {
    const user = pick(users)
    const { userId } = session
    const isStale = session.ended === 'stale'
    const known = new Map(model.lives)
    const rotated: string[] = []
    const stop = manager.on('rotated', (event) => void rotated.push(event.id))
    const outcome = await session.login(user).then(
      () => 'login',
      () => 'refused-login',
    )
    stop()
    if (outcome !== 'login') return outcome
    const isJoined =
      known.get(session.id)?.userId === user && !(before.isAlive && before.id === session.id)
    if (session.id === before.id || isJoined) {
      if (rotated.includes(session.id)) model.elevated(session.id)
      if (isJoined) done['joined'] = (done['joined'] ?? 0) + 1
      if (session.id === before.id) return outcome
    }
    if (isStale && model.lifeOf(before.id).userId === user) {
      model.ended(before.id, 'login')
      done['stale-ended'] = (done['stale-ended'] ?? 0) + 1
    }
    const [life, old] = [model.lifeOf(session.id), model.lifeOf(before.id)]
    life.userId = user
    const isVisitor = before.isAlive && userId === undefined
    if (isVisitor && old.ended === undefined) {
      for (const key of old.kept) life.kept.add(key)
      for (const key of old.refused) life.refused.add(key)
      life.count = old.count
    } else if (isVisitor && old.ended === 'login') {
      for (const key of old.kept) if (session.data[key]) life.kept.add(key)
      life.count = Number(session.data['count'] ?? 0)
    } else if (before.isAlive && !isJoined)
      expect(session.data, 'P1: data of an ended session').toEqual({})
    if (before.isAlive) model.ended(before.id, 'login')
    return outcome
  }

  async function administer(manager: SessionManager<TestData>): Promise<string> {
    const living = [...model.lives].filter(([, life]) => !life.ended && life.userId !== undefined)
    const [id, life] = living.length > 0 ? pick(living) : []
    if (id === undefined || life?.userId === undefined) return 'read'
    if (random() < 0.75) {
      expect(await manager.revoke(id), `P10: ${id} was alive`).toBe(true)
      model.ended(id, 'revoked')
      return 'revoke'
    }
    const mine = livingOf(life.userId)
    expect(await manager.revokeAll(life.userId)).toBeGreaterThanOrEqual(mine.length - 1)
    for (const each of mine) model.ended(each, 'revoked')
    return 'revokeAll'
  }

  function acknowledge({
    acted,
    failed,
    session,
    isAlive,
    key,
  }: {
    acted: string
    failed: string | undefined
    session: Session<TestData>
    isAlive: boolean
    key: string
  }): void {
    done[failed ?? acted] = (done[failed ?? acted] ?? 0) + 1
    const isKept = failed === undefined && session.ended === undefined
    if (failed !== undefined) expect(failed).toBe('ERR_SESSION_SUPERSEDED')
    if (acted === 'set' && isKept) model.lifeOf(session.id).kept.add(key)
    if (acted === 'set' && !isKept && isAlive) model.lifeOf(session.id).refused.add(key)
    if (acted === 'rotate' && isKept && isAlive) model.elevated(session.id)
  }
}

describe('whatever many browsers do at once', () => {
  test.each([1, 2, 3])('every promise holds after every step (seed %d)', async (seed) => {
    const { done, rows, cookies } = await live(seed)
    console.info(JSON.stringify({ seed, ...done }))
    for (const act of [
      'read',
      'set',
      'update',
      'login',
      'rotate',
      'destroy',
      'destroyAll',
      'revoke',
      'revokeAll',
    ])
      expect(done[act], act).toBeGreaterThan(10)
    for (const cookie of cookies) {
      const secret = cookie.split('.').at(-2) ?? ''
      expect(rows.includes(secret), 'P5: a secret lies in the store').toBe(false)
    }
  })
})
