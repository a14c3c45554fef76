import { deepEqual, equal } from 'node:assert/strict'
import type { BackendCall, Row, SessionBackend } from '@sojourn/core/store'
import type { RedisNode } from './redis-node.ts'

/** A row whose stored bytes are all ASCII, so that a text connection returns them unchanged. */
const row: Row = {
  version: 'v2',
  priorVersions: ['v1'],
  touchedAt: 2,
  expiresAt: 2 ** 257,
  value: new TextEncoder().encode('value'),
}
const stored = `r@${'\0'.repeat(7)}P${'\0'.repeat(7)}\x02\x02v2\x02v1value`
const call: BackendCall = { at: 1, signal: new AbortController().signal }

/**
 * Fails unless the backend writes exactly these bytes at exactly this key, and reads them back: clients that pass can
 * read each other's sessions.
 */
export async function assertStoredBytes(
  backend: SessionBackend,
  { node, prefix }: { node: RedisNode; prefix: string },
): Promise<void> {
  await backend.insert('group.one', row, call)
  equal(await node.command('GET', `${prefix}{group}:one`), stored)
  deepEqual(await node.command('ZRANGE', `${prefix}{group}`, '0', '-1'), ['one'])
  await node.command('SET', `${prefix}{group}:two`, stored, 'PX', '60000')
  deepEqual(await backend.find('group.two', call), row)
  deepEqual(await backend.remove('group.two', { ...call, reason: 'logout' }), row)
}
