import { connect } from 'node:net'
import { type RedisNode, rights, until } from '@sojourn/redis-lab'
import { expect, test } from 'vitest'
import type { CheckName, Level } from '../../src/doctor/finding.ts'
import { checkPlain, type Difference, findingsOf, startPatient } from './lab.ts'

// Debian has mended the release that the tests run on without a new number, and a busy machine may be slow.
const app = ['--app-user', 'app', '--accept', 'version,latency']

type Problem = [check: CheckName, level: Level, message: RegExp]

const setMemory = (factor: number) => async (node: RedisNode) => {
  const info = String(await node.command('INFO', 'memory'))
  const used = Number(info.match(/used_memory:(\d+)/)?.[1])
  await node.command('CONFIG', 'SET', 'maxmemory', `${Math.ceil(used * factor)}`)
}

/** Opens connections that the server closes when it stops. */
const openConnections = (count: number) => async (node: RedisNode) => {
  const sockets = Array.from({ length: count }, () => connect(node.port, node.host))
  for (const socket of sockets) socket.on('error', () => undefined)
  await until('all to be connected', () => sockets.every(({ readyState }) => readyState === 'open'))
}

const allowStrangers = (node: RedisNode) =>
  node.command('ACL', 'SETUSER', 'default', 'on', 'nopass', '~*', '&*', '+@all')

const fail =
  (...args: string[]) =>
  (node: RedisNode) =>
    node.command(...args).catch(() => undefined)

test('a server on which all is right: exit status 0', async () => {
  const { doctor, stop } = await startPatient()
  try {
    const text = await doctor(...app)
    expect(text).toMatchObject({ status: 0, stderr: '' })
    checkPlain(text.stdout)
    const json = await doctor(...app, '--json')
    expect(json.status).toBe(0)
    const open = findingsOf(json).filter(({ level, accepted }) => level !== 'ok' && !accepted)
    expect(open).toEqual([])
    expect(new Set(findingsOf(json).map(({ check }) => check)).size).toBe(14)
  } finally {
    await stop()
  }
})

test.each<[string, Difference, Problem[]]>([
  [
    'the default user has no password',
    { change: allowStrangers },
    [['login', 'advice', /Every process of its machine/]],
  ],
  [
    'everybody can connect, without a password',
    { lines: ['bind 0.0.0.0', 'protected-mode no'], change: allowStrangers },
    [
      ['login', 'wrong', /Whoever can connect/],
      ['network', 'wrong', /listens on 0\.0\.0\.0 with protected mode off/],
    ],
  ],
  [
    'it listens on all addresses',
    { lines: ['bind 0.0.0.0'] },
    [['network', 'advice', /all addresses/]],
  ],
  [
    'a second port has no TLS',
    { change: (node) => node.command('CONFIG', 'SET', 'port', `${node.port + 20_000}`) },
    [['tls', 'advice', /port \d+ is open without it/]],
  ],
  [
    'the application lacks a right',
    { app: `${rights} -scan -pexpire` },
    [['rights', 'wrong', /The user app may not run pexpire, scan on/]],
  ],
  [
    'the application has too many rights',
    { app: `${rights} +@all -@admin` },
    [['rights', 'advice', /The user app may also run flushall, flushdb, keys, swapdb\./]],
  ],
  [
    'the application reaches the keys of others',
    { app: `${rights} ~*` },
    [['rights', 'advice', /keys that do not begin with the prefix/]],
  ],
  [
    'the application reaches the keys of another prefix only',
    { app: rights.replace('sojourn', 'other') },
    [['rights', 'wrong', /may not run get, mget, set/]],
  ],
  [
    'keys are evicted',
    { lines: ['maxmemory-policy allkeys-lru'] },
    [['eviction', 'wrong', /allkeys-lru/]],
  ],
  [
    'memory has no limit',
    { lines: ['maxmemory 0'] },
    [['memory', 'advice', /maxmemory is not set/]],
  ],
  [
    'memory is nearly full',
    { change: setMemory(1.05) },
    [['memory', 'wrong', /^\d+ % of 1 MB is in use; the rest holds about \d+ more/]],
  ],
  [
    'nothing is written to disk',
    { lines: ['appendonly no'] },
    [['persistence', 'advice', /restart of Redis logs everybody out/]],
  ],
  [
    'the file is replayed by a user without rights',
    { change: (node) => node.command('ACL', 'SETUSER', 'default', 'resetkeys', '-@all') },
    [['persistence', 'wrong', /user default may not write sessions/]],
  ],
  [
    'only snapshots are written',
    { lines: ['appendonly no', 'save 900 1'] },
    [['persistence', 'advice', /Only snapshots .* loses newer ones/]],
  ],
  [
    'the system decides when the file is synced',
    { lines: ['appendfsync no'] },
    [['persistence', 'advice', /when the system likes/]],
  ],
  [
    'it is a replica',
    { lines: ['replicaof 127.0.0.1 1'] },
    [
      ['role', 'wrong', /replica of 127\.0\.0\.1:1/],
      ['replicas', 'wrong', /no link to its master/],
    ],
  ],
  [
    'it waits for replicas that are not there',
    { lines: ['min-replicas-to-write 1'] },
    [['replicas', 'wrong', /wants 1 replicas .* has 0/]],
  ],
  [
    'idle connections are closed',
    { lines: ['timeout 60', 'tcp-keepalive 0'] },
    [
      ['clients', 'advice', /idle for 60 s/],
      ['clients', 'advice', /tcp-keepalive is off/],
    ],
  ],
  [
    'connections run out',
    { lines: ['maxclients 10'], change: openConnections(8) },
    [['clients', 'wrong', /^9 of 10 connections/]],
  ],
  [
    'sessions were evicted before',
    {
      async change(node) {
        await node.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random')
        await node.command('SET', 'a', 'b')
        await node.command('CONFIG', 'SET', 'maxmemory', '1')
        await fail('SET', 'c', 'd')(node)
        await node.command('CONFIG', 'SET', 'maxmemory', '256mb')
        await node.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
      },
    },
    [
      ['errors', 'advice', /^\d+ keys were evicted/],
      ['errors', 'advice', /^1 writes were refused .* memory was full/],
    ],
  ],
])('%s', async (_, difference, problems) => {
  const { doctor, stop } = await startPatient(difference)
  try {
    const json = await doctor(...app, '--json')
    const open = findingsOf(json).filter(({ level, accepted }) => level !== 'ok' && !accepted)
    expect(open).toEqual(
      problems.map(([check, level, message]) =>
        expect.objectContaining({ check, level, message: expect.stringMatching(message) }),
      ),
    )
    expect(json.status).toBe(problems.some(([, level]) => level === 'wrong') ? 2 : 1)
    const text = await doctor(...app)
    checkPlain(text.stdout)
    expect(text.status).toBe(json.status)
    for (const { remedy } of open) expect(text.stdout.replace(/\s+/g, ' ')).toContain(`→ ${remedy}`)
  } finally {
    await stop()
  }
})

test('what a user may not ask is not known, and not fine', async () => {
  const { doctorAsApp, stop } = await startPatient()
  try {
    const result = await doctorAsApp('--accept', 'version', '--json')
    expect(result.status).toBe(1)
    const findings = findingsOf(result)
    const unknown = findings.filter(({ message }) => message.startsWith('Not known'))
    expect(unknown.map(({ check, level }) => `${check}: ${level}`)).toEqual([
      'rights: advice',
      'info: advice',
      'config: advice',
    ])
    expect(result.stdout).toContain('The user app may run all that sessions need.')
    expect(findings.filter(({ check }) => check === 'eviction' || check === 'memory')).toEqual([])
  } finally {
    await stop()
  }
})
