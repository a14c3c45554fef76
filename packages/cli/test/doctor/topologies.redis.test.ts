import {
  type RedisNode,
  startCluster,
  startNode,
  startSentinel,
  type Topology,
  until,
} from '@sojourn/redis-lab'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Result, sojourn } from '../support.ts'
import { checkPlain, findingsOf } from './lab.ts'

// The servers of the lab have no password, no limit of memory and no file: what a topology adds is looked at here.
const problemsOf = (result: Result, ...checks: string[]) =>
  findingsOf(result).filter(({ check, level }) => level !== 'ok' && checks.includes(check))

const urls = (nodes: readonly { port: number }[]) =>
  nodes.map(({ port }) => `redis://127.0.0.1:${port}`)

describe('a Cluster', () => {
  let cluster: Topology<'cluster'>
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster.stop())

  const doctor = (...args: string[]) =>
    sojourn(['doctor', ...urls(cluster.nodes.slice(0, 2)), '--cluster', ...args])

  test('whose slots are all served', async () => {
    const result = await doctor('--json')
    expect(findingsOf(result)).toContainEqual(
      expect.objectContaining({
        check: 'cluster',
        level: 'ok',
        message: expect.stringContaining('16384 slots are served'),
      }),
    )
    expect(findingsOf(result)).toContainEqual(
      expect.objectContaining({ check: 'reach', message: 'All 6 servers reply.' }),
    )
    expect(problemsOf(result, 'reach', 'rights', 'cluster')).toEqual([
      expect.objectContaining({ message: expect.stringContaining('may also run') }),
      expect.objectContaining({ message: expect.stringContaining('do not begin with the prefix') }),
    ])
  })

  test('with a slot that its master has given up, asked by way of another: exit status 2', async () => {
    await cluster.nodes[0]?.command('CLUSTER', 'DELSLOTS', '17')
    const [, other = ''] = urls(cluster.nodes)
    const result = await sojourn(['doctor', other, '--cluster', '--json'])
    expect(result.status).toBe(2)
    expect(problemsOf(result, 'cluster')).toEqual([
      expect.objectContaining({
        level: 'wrong',
        message: '1 of 16384 slots are not served (17): the Cluster refuses all sessions.',
      }),
    ])
    checkPlain((await doctor()).stdout)
    await cluster.nodes[0]?.command('CLUSTER', 'ADDSLOTS', '17')
  })

  test('with a user that one member has: those without it are named, until they have it too', async () => {
    const rules = (await sojourn(['acl', '--user', 'shop', '--cluster'])).stdout.trim().split(' ')
    const addUser = (node: RedisNode) => node.command('ACL', 'SETUSER', ...rules.slice(1))
    const [first, ...others] = cluster.nodes
    if (first) await addUser(first)
    const rightsOf = async () =>
      problemsOf(await doctor('--app-user', 'shop', '--json'), 'rights', 'persistence')
    const [problem, ...further] = (await rightsOf()).filter(({ check }) => check === 'rights')
    expect(further).toEqual([])
    expect(problem).toMatchObject({
      level: 'wrong',
      message: expect.stringContaining('does not exist there'),
    })
    expect(new Set(problem?.servers)).toEqual(
      new Set(others.map(({ port }) => `127.0.0.1:${port}`)),
    )
    await Promise.all(others.map(addUser))
    expect((await rightsOf()).filter(({ check }) => check === 'rights')).toEqual([])
    expect(await doctor('--app-user', 'nobody')).toMatchObject({
      status: 64,
      stderr: expect.stringContaining('Redis has no user nobody.'),
    })
  })

  test('with a member that is down', async () => {
    await cluster.nodes[5]?.kill()
    const result = await doctor('--json')
    expect(result.status).toBe(2)
    expect(problemsOf(result, 'reach')).toEqual([
      expect.objectContaining({
        level: 'wrong',
        message: expect.stringContaining(
          `127.0.0.1:${cluster.nodes[5]?.port} is not there: the connection is refused`,
        ),
      }),
    ])
  })

  test('whose master has died: a check of a migration names it, and leaves no connection', async () => {
    const [first, second] = cluster.nodes
    await second?.kill()
    const list = async () => String(await first?.command('CLIENT', 'LIST', 'TYPE', 'normal'))
    const count = async () => (await list()).trim().split('\n').length
    const before = await count()
    const args = ['migrate', 'check', ...urls(cluster.nodes.slice(0, 1)), '--cluster']
    const { status, stderr } = await sojourn([...args, '--from', 'express-session'])
    expect(status).toBe(3)
    expect(stderr).toContain(`127.0.0.1:${second?.port} is not there`)
    await until('the connections to close', async () => (await count()) === before)
  })

  test('without --cluster, and one server with it', async () => {
    const [url = ''] = urls(cluster.nodes)
    expect(await sojourn(['doctor', url])).toMatchObject({
      status: 64,
      stderr: expect.stringContaining('Add --cluster'),
    })
  })
})

describe('Sentinels', () => {
  let set: Topology<'sentinel'>
  beforeAll(async () => {
    set = await startSentinel()
  })
  afterAll(() => set.stop())

  const doctor = (...args: string[]) =>
    sojourn(['doctor', ...urls(set.address.sentinels), '--sentinel', 'sessions', ...args])

  test('three of them', async () => {
    const result = await doctor('--json')
    expect(findingsOf(result)).toContainEqual(
      expect.objectContaining({
        check: 'sentinel',
        level: 'ok',
        message: '3 Sentinels watch the master, with a quorum of 2.',
      }),
    )
    expect(findingsOf(result)).toContainEqual(
      expect.objectContaining({ check: 'reach', message: 'All 3 servers reply.' }),
    )
    expect(problemsOf(result, 'sentinel', 'reach', 'replicas')).toEqual([
      expect.objectContaining({
        check: 'replicas',
        level: 'advice',
        message: expect.stringContaining('cut off'),
      }),
    ])
  })

  test('of which one is down that was not named: exit status 2', async () => {
    const [asked, stopped] = set.address.sentinels
    const node = set.nodes.find(({ port }) => port === stopped?.port)
    await node?.kill()
    const [url = ''] = urls(asked ? [asked] : [])
    const result = await sojourn(['doctor', url, '--sentinel', 'sessions', '--json'])
    expect(result.status).toBe(2)
    expect(problemsOf(result, 'reach')).toEqual([
      expect.objectContaining({
        level: 'wrong',
        message: expect.stringContaining(`127.0.0.1:${stopped?.port} is not there`),
      }),
    ])
  })

  test('that do not know the name', async () => {
    const result = await sojourn(['doctor', ...urls(set.address.sentinels), '--sentinel', 'main'])
    expect(result).toMatchObject({ status: 3, stdout: '' })
    expect(result.stderr).toMatch(/knows no master main\.\nIt knows sessions/)
  })

  test('asked as if they were servers', async () => {
    const [url = ''] = urls(set.address.sentinels)
    expect(await sojourn(['doctor', url])).toMatchObject({
      status: 64,
      stderr: expect.stringContaining('Add --sentinel NAME'),
    })
  })
})

test('one Sentinel is none: exit status 2', async () => {
  const master = await startNode()
  const sentinel = await startNode({
    isSentinel: true,
    lines: [`sentinel monitor sessions 127.0.0.1 ${master.port} 1`],
  })
  const nodes: RedisNode[] = [sentinel, master]
  try {
    await until('the Sentinel to know the master', async () =>
      String(await sentinel.command('INFO', 'sentinel')).includes('status=ok'),
    )
    const args = ['doctor', ...urls([sentinel]), '--sentinel', 'sessions']
    const result = await sojourn([...args, '--json'])
    expect(result.status).toBe(2)
    expect(problemsOf(result, 'sentinel', 'replicas')).toEqual([
      expect.objectContaining({
        check: 'replicas',
        level: 'wrong',
        message: expect.stringContaining('no replica'),
      }),
      expect.objectContaining({
        check: 'sentinel',
        level: 'wrong',
        message: expect.stringContaining('There is one Sentinel'),
      }),
    ])
    checkPlain((await sojourn(args)).stdout)
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
})
