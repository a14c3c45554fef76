import { sharedServers } from '@sojourn/redis-lab'
import { describe, expect, test } from 'vitest'
import { sojourn } from '../support.ts'
import { startApplication } from './fixture.ts'

const { standalone, cluster, sentinel } = sharedServers()

describe.each([
  ['one server', standalone],
  ['a Cluster', cluster],
  ['a Sentinel set', sentinel],
] as const)('revoke on %s', (_, address) => {
  test('ends one session by its id', async () => {
    const { args, manager, visit } = await startApplication(address)
    const { id, cookie } = await visit((session) => session.login('ada'))
    const { status, stdout } = await sojourn(['revoke', id, '--yes', ...args])
    expect([status, stdout]).toEqual([0, `Ended: ${id}\n`])
    expect((await manager.read({ cookie })).ended).toBe('revoked')
    const again = await sojourn(['revoke', id, '--yes', '--json', ...args])
    expect(JSON.parse(again.stdout)).toEqual({ id, wasAlive: false })
  })

  test('ends those of a user, and no others', async () => {
    const { args, manager, logIn } = await startApplication(address)
    for (const user of ['ada', 'ada', 'bob']) await logIn(user)
    const { stdout } = await sojourn(['revoke', ...args, '--user', 'ada', '--yes'])
    expect(stdout).toBe('Ended: 2 sessions of ada\n')
    expect(await manager.sessions('ada')).toEqual([])
    expect(await manager.sessions('bob')).toHaveLength(1)
  })

  test('ends those of everybody, visitors too', async () => {
    const { args, manager, visit } = await startApplication(address)
    const visitor = await visit(({ data }) => Object.assign(data, { n: 1 }))
    const user = await visit((session) => session.login('ada'))
    const { status } = await sojourn(['revoke', '--all', '--yes', ...args])
    expect(status).toBe(0)
    for (const { cookie } of [visitor, user])
      expect(Object.keys((await manager.read({ cookie })).data)).toEqual([])
    expect(await manager.sessions('ada')).toEqual([])
  })
})

test.each([[['--user', 'ada']], [['--all']], [['id']]])(
  'without a terminal and without --yes nothing is ended: %j',
  async (what) => {
    const { args, manager, logIn } = await startApplication(standalone)
    const id = await logIn('ada')
    const { status, stderr } = await sojourn([
      'revoke',
      ...what.map((each) => (each === 'id' ? id : each)),
      ...args,
    ])
    expect(status).toBe(64)
    expect(stderr).toMatch(/no terminal.*\n.*--yes/s)
    expect(await manager.sessions('ada')).toHaveLength(1)
  },
)

test('an id of another application ends nothing', async () => {
  const { args } = await startApplication(standalone)
  const other = await startApplication(standalone)
  const id = await other.logIn('ada')
  const { stdout } = await sojourn(['revoke', id, '--yes', ...args])
  expect(stdout.replace(/\s+/g, ' ')).toMatch(/No session .* is alive\. Nothing was done/)
  expect(await other.manager.sessions('ada')).toHaveLength(1)
})

test.each([[[]], [['some.id', '--all']], [['--user', 'ada', '--all']]])(
  'what to end must be said in one way: %j',
  async (what) => {
    const { status, stderr } = await sojourn(['revoke', ...what, 'redis://127.0.0.1:1'])
    expect(status).toBe(64)
    expect(stderr).toMatch(/in one way/)
  },
)
