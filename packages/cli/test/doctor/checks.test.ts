import { expect, test } from 'vitest'
import { missingRanges } from '../../src/doctor/checks/cluster.ts'
import { runChecks } from '../../src/doctor/checks.ts'
import type { CheckName, Level } from '../../src/doctor/finding.ts'
import { parseClusterNodes } from '../../src/doctor/parse.ts'
import type { State } from '../../src/doctor/state.ts'
import { rightServer, rightState, withConfig, withInfo } from './state.ts'

/** The findings of a state that are not `ok`. */
const problemsOf = (state: State) => runChecks(state).filter(({ level }) => level !== 'ok')

const sentinelTarget = { ...rightState().target, topology: 'sentinel' as const, masterName: 'main' }
const replica = (text: string) => ({ slave0: `ip=10.0.0.2,port=6379,${text}` })

test('where all is right every check that applies says so', () => {
  expect(problemsOf(rightState())).toEqual([])
  const checks = new Set(runChecks(rightState()).map(({ check }) => check))
  expect([...checks].sort().join(' ')).toBe(
    'clients clock errors eviction latency login memory network persistence reach replicas rights tls version',
  )
})

test.each<[string, State, CheckName, Level, RegExp]>([
  [
    'a slow network',
    rightState({ servers: [rightServer({ pings: [30, 31, 35] })] }),
    'latency',
    'advice',
    /p50 31\.0 ms/,
  ],
  [
    'a clock 5 s ahead',
    rightState({ servers: [rightServer({ clockSkew: 5_000 })] }),
    'clock',
    'advice',
    /5 s ahead of/,
  ],
  [
    'a clock 90 s behind',
    rightState({ servers: [rightServer({ clockSkew: -90_000 })] }),
    'clock',
    'wrong',
    /90 s behind/,
  ],
  [
    'no TIME',
    rightState({ servers: [rightServer({ clockSkew: undefined })] }),
    'clock',
    'advice',
    /^Not known/,
  ],
  [
    'a login that is not known',
    rightState({ servers: [rightServer({ isOpen: undefined })] }),
    'login',
    'advice',
    /^Not known/,
  ],
  [
    'no password, in protected mode',
    rightState({ servers: [rightServer({ isOpen: true })] }),
    'login',
    'advice',
    /Every process of its machine/,
  ],
  [
    'no password, and CONFIG refused',
    rightState({ servers: [rightServer({ isOpen: true, config: undefined })] }),
    'login',
    'wrong',
    /Whoever can connect/,
  ],
  [
    'memory at 80 %',
    withInfo({ used_memory: `${0.8 * 2 ** 30}` }),
    'memory',
    'advice',
    /80 % of 1024 MB/,
  ],
  [
    'memory at 95 %',
    withInfo({ used_memory: `${0.95 * 2 ** 30}` }),
    'memory',
    'wrong',
    /95 % .* 88,000 more sessions of 610/,
  ],
  [
    'a policy without a limit',
    withInfo({
      maxmemory_policy: 'volatile-ttl',
      maxmemory: '0',
      total_system_memory: `${2 ** 32}`,
    }),
    'eviction',
    'advice',
    /volatile-ttl/,
  ],
  [
    'a failed append',
    withInfo({ aof_last_write_status: 'err' }),
    'persistence',
    'wrong',
    /last write/,
  ],
  [
    'a failed rewrite',
    withInfo({ aof_last_bgrewrite_status: 'err' }),
    'persistence',
    'wrong',
    /last rewrite/,
  ],
  [
    'a replica behind',
    withInfo(replica('state=online,offset=1,lag=30')),
    'replicas',
    'wrong',
    /10\.0\.0\.2:6379 is 30 s behind/,
  ],
  [
    'a replica that copies',
    withInfo(replica('state=wait_bgsave,offset=0,lag=0')),
    'replicas',
    'wrong',
    /wait_bgsave/,
  ],
  [
    'an isolated master that goes on',
    withInfo(replica('state=online,offset=1,lag=0')),
    'replicas',
    'advice',
    /cut off/,
  ],
  [
    'a replica without its master',
    withInfo({ role: 'slave', master_link_status: 'down', master_host: 'm', master_port: '1' }),
    'replicas',
    'wrong',
    /no link/,
  ],
  [
    'a member that is away',
    rightState({ missing: ['10.0.0.9:6379 is not there.'] }),
    'reach',
    'wrong',
    /10\.0\.0\.9:6379 is not there/,
  ],
  [
    'a Cluster that does not tell',
    rightState({ target: { ...rightState().target, topology: 'cluster' } }),
    'cluster',
    'advice',
    /^Not known/,
  ],
  [
    'two Sentinels',
    rightState({
      target: sentinelTarget,
      sentinels: { count: 2, quorum: 2, replicas: 1, flags: 'master' },
    }),
    'sentinel',
    'wrong',
    /two Sentinels/,
  ],
  [
    'a quorum of four in three',
    rightState({
      target: sentinelTarget,
      sentinels: { count: 3, quorum: 4, replicas: 1, flags: 'master' },
    }),
    'sentinel',
    'wrong',
    /never reached/,
  ],
  [
    'a quorum of one',
    rightState({
      target: sentinelTarget,
      sentinels: { count: 3, quorum: 1, replicas: 1, flags: 'master' },
    }),
    'sentinel',
    'advice',
    /quorum is 1/,
  ],
  [
    'a master that is down',
    rightState({
      target: sentinelTarget,
      sentinels: { count: 3, quorum: 2, replicas: 1, flags: 'master,s_down' },
    }),
    'sentinel',
    'wrong',
    /s_down/,
  ],
  [
    'TLS off over a network',
    rightState({ target: { ...rightState().target, access: { database: 0 } } }),
    'tls',
    'advice',
    /unencrypted/,
  ],
  ['all addresses', withConfig({ bind: '* -::*' }), 'network', 'advice', /all addresses/],
  ['no keepalive', withConfig({ 'tcp-keepalive': '0' }), 'clients', 'advice', /tcp-keepalive/],
  [
    'connections that ran out',
    withInfo({ connected_clients: '9000' }),
    'clients',
    'wrong',
    /9000 of 10000/,
  ],
  [
    'rejected connections',
    withInfo({ rejected_connections: '7' }),
    'errors',
    'advice',
    /^7 connections/,
  ],
  [
    'a disk that failed',
    withInfo({ errorstat_MISCONF: 'count=3' }),
    'errors',
    'advice',
    /^3 writes .* disk/,
  ],
  [
    'an old Redis',
    rightState({
      servers: [rightServer({ hello: { server: 'redis', version: '6.0.16', mode: 'standalone' } })],
    }),
    'version',
    'wrong',
    /lacks commands/,
  ],
])('%s', (_, state, check, level, message) => {
  const problems = problemsOf(state).filter((finding) => finding.check === check)
  expect(problems).toEqual([
    expect.objectContaining({ check, level, message: expect.stringMatching(message) }),
  ])
  expect(problems[0]?.remedy).not.toBe('')
})

test('what is the same on several servers is one finding, which names the servers if not all', () => {
  const servers = ['a:1', 'b:1', 'c:1'].map((name) => rightServer({ name }))
  const [first, second, third] = servers
  if (!first || !second || !third) throw new Error('three servers')
  const evicting = { ...first.info, maxmemory_policy: 'allkeys-lru' }
  const some = rightState({
    servers: [first, { ...second, info: evicting }, { ...third, info: evicting }],
  })
  expect(problemsOf(some)).toEqual([
    expect.objectContaining({ check: 'eviction', servers: ['b:1', 'c:1'] }),
  ])
  const all = rightState({ servers: servers.map((server) => ({ ...server, info: evicting })) })
  expect(problemsOf(all)[0]).not.toHaveProperty('servers')
})

test('the slots of a failed master, and slots that nobody has, are not served', () => {
  const nodes = [
    'a 10.0.0.1:6379@16379,host myself,master - 0 0 1 connected 0-5460 [93->-b]',
    'b 10.0.0.2:6379@16379 master,fail - 0 0 2 disconnected 5461-10922',
    'c 10.0.0.3:6379@16379 master - 0 0 3 connected 10924-16383 5461',
    'd 10.0.0.4:6379@16379 slave a 0 0 1 connected',
    '',
  ].join('\n')
  const members = parseClusterNodes(nodes, 'self')
  expect(members.map(({ name, masterId }) => [name, masterId])).toEqual([
    ['10.0.0.1:6379', undefined],
    ['10.0.0.2:6379', undefined],
    ['10.0.0.3:6379', undefined],
    ['10.0.0.4:6379', 'a'],
  ])
  expect(missingRanges({ members })).toEqual([[5462, 10_923]])
  expect(missingRanges({ members: [] })).toEqual([[0, 16_383]])
})
