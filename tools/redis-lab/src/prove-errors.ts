import { equal, match } from 'node:assert/strict'
import { createVisitor } from '@sojourn/conformance/store'
import { createSessionManager, defaultConfig, type StoreFactory } from '@sojourn/core'
import type { RedisNode } from './redis-node.ts'

const canary = 'canary-4711'

/**
 * Asserts that all that a manager rejects with, emits and warns of, when Redis refuses what it writes, names the refusal
 * and holds nothing of the session.
 */
export async function proveErrors(store: StoreFactory, node: RedisNode): Promise<void> {
  const told: unknown[] = []
  const config = defaultConfig('a secret of the tests: 7f3b1c9e5d2a8460', {
    store,
    storeTimeout: '20s',
    warn: (...args) => told.push(args),
  })
  const manager = createSessionManager<Record<string, unknown>>(config)
  for (const type of ['failed', 'corrupt', 'discarded'] as const)
    manager.on(type, (event) => told.push(event))
  const tell = (error: unknown) => void told.push(error)

  const ann = createVisitor(manager)
  await ann.request((session) => session.login(canary, { client: { name: canary } }))
  await node.command('CONFIG', 'SET', 'maxmemory', '1')
  try {
    await ann.request(({ data }) => void Object.assign(data, { note: canary })).catch(tell)
    await createVisitor(manager)
      .request((session) => session.login(canary))
      .catch(tell)
    await manager.revokeAll(canary).catch(tell)
  } finally {
    await node.command('CONFIG', 'SET', 'maxmemory', '0')
  }
  const text = textsIn(told).join('\n')
  match(text, /OOM/)
  equal(text.includes(canary), false, 'An error holds what was to be written')
}

/** Returns all texts in a value, hidden ones and bytes too. */
function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || seen.has(value)) return []
  seen.add(value)
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')]
  return Reflect.ownKeys(value).flatMap((key) => textsIn(Reflect.get(value, key), seen))
}
