import { randomBytes } from 'node:crypto'
import { createVisitor } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { freshPrefix, startStandalone } from '@sojourn/redis-lab'
import { ioredisStore } from '@sojourn/store-ioredis'
import { afterAll, expect, test } from 'vitest'
import { connect } from './clients.ts'

const server = await startStandalone()
const client = await connect({ port: server.address.port })

afterAll(async () => {
  client.disconnect()
  await server.stop()
})

test.each(['the stamp', 'revokeEverybody'])(
  'a writer of Redis hides a session from lists, and not from the stamp of its user or revokeEverybody: %s',
  async (end) => {
    const prefix = freshPrefix()
    let stamp = 'a'
    const manager = createSessionManager(
      devConfig(randomBytes(32), {
        store: ioredisStore(client, { prefix }),
        warn: () => undefined,
        ...(end === 'the stamp' ? { securityStamp: () => stamp } : {}),
      }),
    )
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('mallory'))
    const id = await visitor.request((session) => session.id)
    const [group = '', handle = ''] = id.split('.')
    const key = `${prefix}{${group}}:${handle}`
    expect(await manager.sessions('mallory')).toHaveLength(1)
    await client.setrange(key, 0, 's') // a row without an index, which no touch puts back into it
    await client.zrem(`${prefix}{${group}}`, handle)

    expect(await manager.sessions('mallory')).toEqual([])
    expect(await manager.revokeAll('mallory')).toBe(0)
    expect(await visitor.copy().request(({ userId }) => userId)).toBe('mallory')
    if (end === 'the stamp') stamp = 'b'
    else await manager.revokeEverybody()
    expect(await visitor.copy().request(({ ended }) => ended)).toBe('revoked')
  },
)
