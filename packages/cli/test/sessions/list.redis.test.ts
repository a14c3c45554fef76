import { sharedServers } from '@sojourn/redis-lab'
import { describe, expect, test } from 'vitest'
import { sojourn, writeTemporary } from '../support.ts'
import { startApplication } from './fixture.ts'

const { standalone, cluster, sentinel } = sharedServers()

describe.each([
  ['one server', standalone],
  ['a Cluster', cluster],
  ['a Sentinel set', sentinel],
] as const)('list on %s', (_, address) => {
  test('prints every session, one line each, of 80 columns', async () => {
    const { args, logIn, visit } = await startApplication(address)
    const ids = [await logIn('ada', { browser: 'Firefox', os: 'Linux' }), await logIn('bob')]
    ids.push((await visit(({ data }) => Object.assign(data, { n: 1 }))).id)
    const { status, stdout, stderr } = await sojourn(['list', ...args])
    expect([status, stderr]).toEqual([0, ''])
    const [head, ...lines] = stdout.trimEnd().split('\n')
    expect(head).toMatch(/^id +user +seen +client$/)
    expect(lines.map((line) => line.slice(0, 39)).sort()).toEqual(ids.sort())
    expect(lines.find((line) => line.includes('ada'))).toMatch(/ada +0 s +Firefox on L…$/)
    expect(lines.find((line) => line.includes('–'))).toBeDefined()
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('prints JSON lines, of a user alone too', async () => {
    const { args, logIn, manager } = await startApplication(address)
    await logIn('ada', { name: 'Firefox' })
    await logIn('ada')
    await logIn('bob')
    const all = await sojourn(['list', '--json', ...args])
    expect(
      all.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).userId)
        .sort(),
    ).toEqual(['ada', 'ada', 'bob'])
    const hers = await sojourn(['list', '--json', '--user', 'ada', ...args])
    const shown = hers.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const listed = await manager.sessions('ada')
    expect(shown).toMatchObject(
      listed.map(({ id, userId, lastSeenAt, expiresAt, client }) => ({
        id,
        userId,
        lastSeenAt,
        expiresAt,
        client,
      })),
    )
  })
})

test('conditions choose by user, client and data; all of them must hold', async () => {
  const { args, visit } = await startApplication(standalone)
  const enter = (userId: string, os: string, role: string) =>
    visit(async (session) => {
      await session.login(userId, { client: { os } })
      session.data['role'] = role
    })
  await enter('ada', 'Linux', 'admin')
  await enter('bob', 'Windows', 'admin')
  await enter('cy', 'Linux', 'guest')
  const users = async (...where: string[]) => {
    const given = where.flatMap((each) => ['--where', each])
    const { stdout } = await sojourn(['list', '--json', ...given, ...args])
    const lines = stdout.split('\n').filter(Boolean)
    return lines.map((line) => JSON.parse(line).userId as string).sort()
  }
  expect(await users('client.os=Linux')).toEqual(['ada', 'cy'])
  expect(await users('data.role=admin', 'client.os=Linux')).toEqual(['ada'])
  expect(await users('data.role!=admin')).toEqual(['cy'])
  expect(await users('client.os~wIN')).toEqual(['bob'])
  expect(await users('data.role~ADM', 'userId!=bob')).toEqual(['ada'])
  expect(await users('data.nothing=1')).toEqual([])
})

test('--limit stops after so many', async () => {
  const { args, logIn } = await startApplication(standalone)
  for (let n = 0; n < 5; n++) await logIn(`user-${n}`)
  const { stdout } = await sojourn(['list', '--limit', '2', '--json', ...args])
  expect(stdout.trimEnd().split('\n')).toHaveLength(2)
})

test('nothing that is stored can drive the terminal', async () => {
  const { args, logIn } = await startApplication(standalone)
  await logIn('eve\u001b[2J\u0007\u202e', { name: '\u001b]0;owned\u0007' })
  for (const format of [[], ['--json']]) {
    const { stdout } = await sojourn(['list', ...format, ...args])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(stdout).toContain('eve')
  }
})

test('sessions of another application are not listed, and a wrong secret is told from none', async () => {
  const { args, logIn } = await startApplication(standalone)
  await logIn('ada')
  const wrong = [
    ...args.slice(0, -1),
    writeTemporary('secret', 'x7Kq9Zt2Lm4Np6Rs8Uv0Wy1Aa3Cc5Ee0Gg2'),
  ]
  const other = await sojourn(['list', ...wrong])
  expect(other.stdout).toBe('')
  expect(other.stderr.replace(/\s+/g, ' ')).toMatch(
    /has 1 sessions under this prefix, all of another application: check --secret-file/,
  )
  const none = await sojourn(['list', ...args, '--namespace', 'other'])
  expect(none.stderr.replace(/\s+/g, ' ')).toContain('all of another application')
})

test.each([
  [['list', '--where', 'os'], /--where has no condition/],
  [['list', '--where', 'os=Linux'], /os is no field of a session/],
  [['list', '--limit', '0'], /whole number above 0/],
])('what is no option is refused: %j', async (args, message) => {
  const { status, stderr } = await sojourn([...args, 'redis://127.0.0.1:1'])
  expect(status).toBe(64)
  expect(stderr).toMatch(message)
})

test('a secret is needed, and no secret is an argument', async () => {
  const { status, stderr } = await sojourn(['list', 'redis://127.0.0.1:1'])
  expect(status).toBe(64)
  expect(stderr.replace(/\s+/g, ' ')).toMatch(/found by its secret.* --secret-file FILE/)
})
