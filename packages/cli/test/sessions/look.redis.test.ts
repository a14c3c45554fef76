import { sharedServers } from '@sojourn/redis-lab'
import { createClient } from 'redis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sojourn } from '../support.ts'
import { startApplication } from './fixture.ts'

const { standalone, cluster } = sharedServers()
const oneLine = (text: string) => text.replace(/\s+/g, ' ')

describe('show', () => {
  test('prints what is public of a session, and its data only if it is asked for', async () => {
    const { args, visit } = await startApplication(standalone)
    const { id, cookie } = await visit(async (session) => {
      await session.login('ada', { client: { browser: 'Firefox' } })
      Object.assign(session.data, { cart: ['A-1042'], big: 10n })
    })
    const plain = await sojourn(['show', id, ...args])
    expect(oneLine(plain.stdout)).toMatch(/user ada .* client browser Firefox/)
    expect(plain.stdout).not.toContain('A-1042')
    const [, , , secret = ''] = cookie.split('.')
    expect(plain.stdout).not.toContain(secret)
    const full = await sojourn(['show', id, '--data', '--json', ...args])
    expect(JSON.parse(full.stdout)).toMatchObject({
      id,
      userId: 'ada',
      data: { cart: ['A-1042'], big: '10n' },
    })
  })

  test('says so if no such session is alive', async () => {
    const { args } = await startApplication(standalone)
    const { status, stderr } = await sojourn(['show', 'no.id', ...args])
    expect(status).toBe(2)
    expect(stderr).toContain('No session no.id is alive')
  })
})

describe.each([
  ['one server', standalone],
  ['a Cluster', cluster],
] as const)('stats on %s', (_, address) => {
  test('counts sessions, users and by what is named', async () => {
    const { args, logIn, visit } = await startApplication(address)
    for (const user of ['ada', 'ada', 'bob'])
      await logIn(user, { browser: user === 'bob' ? 'Safari' : 'Firefox' })
    await visit(({ data }) => Object.assign(data, { n: 1 }))
    const json = await sojourn(['stats', '--by', 'client.browser', '--json', ...args])
    expect(JSON.parse(json.stdout)).toMatchObject({
      sessions: 4,
      loggedIn: 3,
      anonymous: 1,
      users: 2,
      unreadable: 0,
      by: { 'client.browser': { counts: { Firefox: 2, Safari: 1 }, missing: 1 } },
    })
    const { stdout } = await sojourn(['stats', '--by', 'client.browser', ...args])
    expect(oneLine(stdout)).toMatch(
      /sessions 4 logged in 3 visitors 1 users 2 bound 0 .* Firefox 2 Safari 1 none 1/,
    )
  })
})

describe('scan', () => {
  test('names the sessions that cannot be decoded', async () => {
    const { args, logIn, prefix } = await startApplication(standalone)
    for (let n = 0; n < 3; n++) await logIn(`user-${n}`)
    const broken = await logIn('broken')
    const client = createClient({ socket: { port: standalone.port } })
    await client.connect()
    onTestFinished(() => void client.destroy())
    const [group, handle] = broken.split('.')
    const key = `${prefix}{${group}}:${handle}`
    await client.setRange(key, (await client.strLen(key)) - 1, Buffer.of(0xc1)) // no MessagePack begins with it
    const { status, stdout } = await sojourn(['scan', ...args])
    expect(status).toBe(2)
    expect(oneLine(stdout)).toMatch(/3 sessions can be read.* 1 cannot be decoded: /)
    expect(stdout).toContain(broken)
    const json = await sojourn(['scan', '--json', ...args])
    expect(JSON.parse(json.stdout)).toMatchObject({ sessions: 3, unreadable: [broken] })
  })

  test('is content with a store that is whole', async () => {
    const { args, logIn } = await startApplication(cluster)
    for (let n = 0; n < 20; n++) await logIn(`user-${n}`)
    const { status, stdout } = await sojourn(['scan', '--json', ...args])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ sessions: 20, others: 0, unreadable: [] })
  })
})
