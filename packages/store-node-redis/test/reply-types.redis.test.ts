/** H-09: what the options of a client make of replies, such as Buffers, strings or Maps, changes nothing. */
import { freshPrefix, sharedServers } from '@sojourn/redis-lab'
import { nodeRedisBackend } from '@sojourn/store-node-redis'
import { createClient, createClientPool, RESP_TYPES } from 'redis'
import * as redis5 from 'redis5'
import { expect, onTestFinished, test } from 'vitest'

const { port } = sharedServers().standalone
const socket = { port }

/** Each kind of reply as something else than by default. */
const commandOptions = {
  typeMapping: {
    [RESP_TYPES.NUMBER]: String,
    [RESP_TYPES.SIMPLE_STRING]: Buffer,
    [RESP_TYPES.BLOB_STRING]: String,
    [RESP_TYPES.MAP]: Map,
  },
}

const clients = {
  'RESP 2': () => createClient({ socket, RESP: 2 }),
  'RESP 3': () => createClient({ socket, RESP: 3 }),
  'types of its own': () => createClient({ socket, commandOptions }),
  'types of its own, RESP 3': () => createClient({ socket, commandOptions, RESP: 3 }),
  'types of its own, node-redis 5': () => redis5.createClient({ socket, commandOptions }),
  'types of a view': () => createClient({ socket }).withTypeMapping(commandOptions.typeMapping),
  'a pool with types of its own': () => createClientPool({ socket, commandOptions }),
}

const at = Date.UTC(2030, 0, 1)
const call = { at, signal: new AbortController().signal }
const row = (version: string, priorVersions: string[] = []) => ({
  version,
  priorVersions,
  touchedAt: at,
  expiresAt: at + 3_600_000,
  value: Uint8Array.from({ length: 256 }, (_, byte) => byte),
})
const limit = { max: 2, onExceed: 'evict' } as const

test.each(Object.entries(clients))('%s', async (_, create) => {
  const client = create()
  client.on('error', console.error)
  await client.connect()
  onTestFinished(() => void client.destroy())
  const backend = nodeRedisBackend(client as ReturnType<typeof createClient>, {
    prefix: freshPrefix(),
  })
  expect(await backend.find('g.a', call)).toBeNull()
  for (const id of ['g.a', 'g.b'])
    expect(await backend.insert(id, row('v1'), { ...call, limit })).toEqual({
      inserted: true,
      evicted: [],
    })
  expect(await backend.insert('g.c', row('v1'), { ...call, limit })).toEqual({
    inserted: true,
    evicted: [expect.stringMatching(/^g\.[ab]$/)],
  })
  expect(await backend.find('g.c', call)).toEqual(row('v1'))
  const times = { touchedAt: at + 1, expiresAt: at + 3_600_000 }
  expect(await backend.touch('g.c', times, { ...call, expected: row('v1') })).toBe('touched')
  expect(await backend.replace('g.c', row('v2', ['v1']), { ...call, expected: 'v1' })).toBe(
    'replaced',
  )
  expect(await backend.list('g', call)).toHaveLength(2)
  expect(await backend.remove('g.c', { ...call, reason: 'logout' })).toMatchObject({
    version: 'v2',
  })
  expect(await backend.find('g.c', call)).toEqual({ ended: 'logout', at })
  expect(await backend.removeGroup('g', { ...call, reason: 'revoked' })).toEqual([
    expect.stringMatching(/^g\.[ab]$/),
  ])
  await backend.ping(call)
})
