import { allOperations, createBackendControl } from '@sojourn/conformance/testing'
import type { GroupLimit, SessionBackend } from '@sojourn/core/store'
import { replicatedBackend } from '@sojourn/store-replicated'
import { expect, test } from 'vitest'
import { callAt, controlled, makeRow, t0 } from './controlled.ts'
import { interleaved, memories } from './support.ts'

const minute = 60_000

test('removeGroup returns a session that one of its instances has missed', async () => {
  const { controls, another } = controlled()
  await another().ping(callAt())
  const cut = controls.a.fail(allOperations)
  await another().insert('g.a', makeRow(), callAt())
  cut.stop()
  controls.c.fail(allOperations)
  const ended: string[] = []
  const onEnded = (ids: readonly string[]) => ended.push(...ids)
  const call = { ...callAt(t0 + 1), reason: 'revoked', onEnded } as const
  expect(await another().removeGroup('g', call)).toEqual(['g.a'])
  expect(ended).toEqual(['g.a'])
})

test('a login after removeGroup stays, by a server whose clock is behind', async () => {
  const { controls, another } = controlled()
  await another().insert('g.a', makeRow(), callAt())
  await another().removeGroup('g', { ...callAt(), reason: 'revoked' })
  const cut = controls.a.fail(allOperations)
  await another().insert('g.b', makeRow(), callAt(t0 - minute / 2))
  cut.stop()
  controls.c.fail(allOperations)
  expect(await another().find('g.b', callAt(t0 + 1))).toMatchObject({ version: 'v1' })
  expect(await another().list('g', callAt(t0 + 1))).toHaveLength(1)
})

test('a login that was paused for longer than its admission counts does not exceed the limit', async () => {
  const { memories, backend } = controlled({ timeout: '1h' })
  const limit: GroupLimit = { max: 3, onExceed: 'evict' }
  await backend.insert('g.1', makeRow(), { ...callAt(), limit })
  const control = createBackendControl()
  const { a, b, c } = memories
  const paused = replicatedBackend(
    { a: control.wrap(a), b: control.wrap(b), c: control.wrap(c) },
    { timeout: '1h' },
  )
  await paused.ping(callAt())
  const hold = control.hold('insert')
  const login = paused.insert('g.paused', makeRow(), { ...callAt(), limit })
  await hold.reached
  const later = t0 + minute + 1
  for (const id of ['g.2', 'g.3', 'g.4'])
    await backend.insert(id, makeRow(), { ...callAt(later), limit })
  hold.release()
  await login
  expect(await backend.list('g', callAt(later))).toHaveLength(3)
})

test('parallel logins evict the same sessions, in whatever order instances list those that expire at once', async () => {
  const limit: GroupLimit = { max: 3, onExceed: 'evict' }
  const left: number[] = []
  for (let seed = 1; seed <= 150; seed++) {
    const random = randomOf(seed)
    const step = async () => {
      for (let turns = random() * 4; turns > 1; turns--) await new Promise(setImmediate)
    }
    const instances = memories(3)
    const shuffling = Object.entries(interleaved(instances, step)).map(([name, backend]) => {
      const list: SessionBackend['list'] = async (group, call) =>
        shuffled([...(await backend.list(group, call))], random)
      return [name, { ...backend, list }] as const
    })
    const servers = [1, 2, 3].map(() => replicatedBackend(Object.fromEntries(shuffling)))
    const logIn = (server: number, id: string) =>
      servers[server]?.insert(id, makeRow(), { ...callAt(), limit })
    for (const id of ['g.a', 'g.b', 'g.c']) await logIn(0, id)
    await Promise.all([logIn(0, 'g.d'), logIn(1, 'g.e'), logIn(2, 'g.f')])
    left.push((await servers[0]?.list('g', callAt()))?.length ?? 0)
  }
  expect(left.filter((count) => count !== 3)).toEqual([])
})

/** Returns numbers from 0 to 1 that look random, the same for each seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

function shuffled<Item>(items: Item[], random: () => number): Item[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1))
    const [item] = items.splice(other, 1)
    if (item !== undefined) items.push(item)
  }
  return items
}
