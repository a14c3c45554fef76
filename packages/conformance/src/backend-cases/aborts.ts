import { equal } from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { SessionBackend } from '@sojourn/core/store'
import { deepEqual } from '../asserts.ts'
import { type BackendCase, bytes, given, hour, makeRow, now, t0 } from '../backend-fixture.ts'

const next = makeRow({ version: 'v2', priorVersions: ['v1'], value: bytes('next') })
const times = { touchedAt: t0 + 7, expiresAt: t0 + 2 * hour }

/** How long a write that is under way may take to end after its call has rejected, and then how long nothing may change, in ms. */
const settlingMs = 300

/** The writes, each on a row of its own, and the version that stands where it has worked. */
const writes = {
  insert: { id: 'new.a', written: 'v2' },
  replace: { id: 'kept.a', written: 'v2' },
  touch: { id: 'kept.b', written: 'v1 touched' },
  remove: { id: 'kept.c', written: 'gone' },
  removeGroup: { id: 'group.a', written: 'gone' },
} as const

type Write = keyof typeof writes

/** Clause 8: an operation whose signal is aborted. */
export const abortCases: readonly BackendCase[] = [
  {
    id: 'B8.7',
    title: 'a signal that was aborted before the call leaves nothing written, if the call rejects',
    async run({ backend }) {
      const before = await prepared(backend)
      for (const write of writesOf(backend)) {
        const hasWritten = await attempt(backend, write, AbortSignal.abort())
        equal(
          await stateOf(backend, write),
          hasWritten ? writes[write].written : before[write],
          write,
        )
      }
    },
  },
  {
    id: 'B8.8',
    title: 'a signal that is aborted after the call undoes nothing',
    async run({ backend }) {
      await prepared(backend)
      for (const write of writesOf(backend)) {
        const controller = new AbortController()
        equal(await attempt(backend, write, controller.signal), true, `${write} has rejected`)
        controller.abort()
        await backend.find('other.a', now)
        equal(await stateOf(backend, write), writes[write].written, write)
      }
    },
  },
  {
    id: 'B8.9',
    title:
      'a signal that is aborted during the call leaves the write whole or none, and nothing later',
    async run({ backend }) {
      const before = await prepared(backend)
      const rejected: Write[] = []
      for (const write of writesOf(backend)) {
        const controller = new AbortController()
        const attempted = attempt(backend, write, controller.signal)
        await Promise.resolve()
        controller.abort()
        if (!(await attempted)) rejected.push(write)
        else equal(await stateOf(backend, write), writes[write].written, write)
      }
      if (rejected.length === 0) return
      await wait(settlingMs)
      const first = await statesOf(backend, rejected)
      for (const [write, state] of first)
        equal([before[write], writes[write].written].includes(state), true, `${write}: ${state}`)
      await wait(settlingMs)
      deepEqual(await statesOf(backend, rejected), first)
    },
  },
]

function writesOf({ supports }: SessionBackend): Write[] {
  const all: Write[] = ['insert', 'replace', 'touch', 'remove']
  return supports.list ? [...all, 'removeGroup'] : all
}

/** Inserts what the writes work on. Returns the state of each. */
async function prepared(backend: SessionBackend): Promise<Record<Write, string>> {
  await given(backend, [['kept.a'], ['kept.b'], ['kept.c'], ['group.a']])
  return { insert: 'gone', replace: 'v1', touch: 'v1', remove: 'v1', removeGroup: 'v1' }
}

/** Calls a write with a signal. Returns whether it resolved; then it must have written. */
async function attempt(
  backend: SessionBackend,
  write: Write,
  signal: AbortSignal,
): Promise<boolean> {
  const call = { at: t0, signal }
  const { id } = writes[write]
  const run = async (): Promise<unknown> => {
    if (write === 'insert') return backend.insert(id, next, call)
    if (write === 'replace') return backend.replace(id, next, { ...call, expected: 'v1' })
    if (write === 'touch') return backend.touch(id, times, { ...call, expected: makeRow() })
    if (write === 'remove') return backend.remove(id, { ...call, reason: 'logout' })
    return backend.removeGroup('group', { ...call, reason: 'logout' })
  }
  return run().then(
    () => true,
    () => false,
  )
}

/** Returns what stands where a write works: a version, touched or not, or `gone`. */
async function stateOf(backend: SessionBackend, write: Write): Promise<string> {
  const found = await backend.find(writes[write].id, now)
  if (!found || 'ended' in found) return 'gone'
  return found.touchedAt === times.touchedAt ? `${found.version} touched` : found.version
}

async function statesOf(backend: SessionBackend, some: readonly Write[]) {
  const states: [Write, string][] = []
  for (const write of some) states.push([write, await stateOf(backend, write)])
  return states
}
