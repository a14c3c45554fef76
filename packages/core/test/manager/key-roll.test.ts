import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { SessionEvent } from '../../src/events.ts'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createSessionManager, type SessionManager } from '../../src/manager/manager.ts'
import { defaultConfig } from '../../src/options/presets.ts'
import { rollingSecret } from '../../src/record/rolling-secret.ts'
import type { RollingSecret } from '../../src/record/secret.ts'
import { seeded } from '../model/simulation.ts'
import { newSecret, type SecretFile, secretFile } from '../secret-file.ts'
import { testBackend } from '../support.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const indexKey = newSecret()

interface Server {
  readonly file: SecretFile
  manager: SessionManager<TestData>
  secret: RollingSecret
}

/** Several servers with one store, each with a file of its own, and a clock that only the test moves. */
function fleet(size: number, { signAfter = 5 * minute } = {}) {
  const clock = { now: Date.UTC(2030, 0, 1) }
  const backend = testBackend().backend
  const first = newSecret()
  const start = (file: SecretFile) => {
    const readEvery = Math.min(signAfter, 10 * second)
    const secret = rollingSecret(file.path, { signAfter, readEvery, clock: () => clock.now })
    const manager = createSessionManager<TestData>(
      defaultConfig(secret, {
        indexKey,
        store: keyedStore(backend, { signRows: true }),
        maxAge: '7d',
        clock: () => clock.now,
        warn: () => undefined,
      }),
    )
    onTestFinished(() => manager.close())
    return { secret, manager }
  }
  const servers = Array.from({ length: size }, (): Server => {
    const file = secretFile(clock, first)
    return { file, ...start(file) }
  })
  clock.now += hour
  return {
    clock,
    first,
    servers,
    /** Stops a server and starts it again: it knows only what its file lists. */
    async restart(server: Server) {
      await server.manager.close()
      Object.assign(server, start(server.file))
    },
  }
}

/**
 * Rolls the secret five times while users come and go between the servers. The file reaches each server at a time of its
 * own, within two minutes; servers restart meanwhile. Returns how many users were logged out, and how many forms refused.
 */
async function rollUnderLoad(signAfter: number, random: () => number) {
  const { clock, first, servers, restart } = fleet(4, { signAfter })
  const anyOf = <Item>(list: readonly Item[]) => list[Math.floor(random() * list.length)] as Item
  const users = Array.from({ length: 12 }, (_, n) => ({
    userId: `user-${n}`,
    visitor: createVisitor(anyOf(servers).manager),
    form: '',
  }))
  const lost = { users: 0, forms: 0 }
  for (const user of users)
    await user.visitor.request(async (session) => {
      await session.login(user.userId)
      user.form = session.csrfToken()
    })

  let lines = [first]
  for (let roll = 0; roll < 5; roll++) {
    lines = [newSecret(), ...lines].slice(0, 3)
    const begin = clock.now
    const due = servers.map((server) => ({ server, at: begin + random() * 2 * minute }))
    while (clock.now < begin + 20 * minute) {
      const isArriving = clock.now < begin + 3 * minute
      clock.now += random() * (isArriving ? 3 : 30) * second
      for (const update of due.filter(({ at }) => at <= clock.now)) {
        update.server.file.write(...lines)
        due.splice(due.indexOf(update), 1)
      }
      await anyOf(servers).secret.reload()
      if (random() < 0.02) await restart(anyOf(servers))
      const user = anyOf(users)
      await user.visitor.at(anyOf(servers).manager).request(async (session) => {
        if (session.userId !== user.userId) {
          lost.users++
          await session.login(user.userId)
        } else if (user.form !== '' && !(await session.verifyCsrfToken(user.form))) lost.forms++
        if (random() < 0.3) session.data['n'] = random()
        if (random() < 0.2) session.rotate()
        user.form = session.csrfToken()
      })
    }
    for (const { secret } of servers) await secret.reload()
    const names = servers.map(({ secret }) => Buffer.from(secret.secrets()[0] ?? []).toString())
    expect(new Set(names)).toEqual(new Set(lines.slice(0, 1)))
  }
  return lost
}

describe('a key roll on several servers, each with its file at a time of its own', () => {
  test.each([1, 2, 3])('logs no user out and refuses no form, seed %i', async (seed) => {
    expect(await rollUnderLoad(5 * minute, seeded(seed))).toEqual({ users: 0, forms: 0 })
  })

  test('would, if a secret signed as soon as it is seen', async () => {
    const lost = await rollUnderLoad(1, seeded(1))
    expect(lost.users).toBeGreaterThan(10)
  })
})

test('a secret that has had its time opens nothing, although its token was just verified', async () => {
  const { clock, first, servers } = fleet(1)
  const [{ manager, secret, file }] = servers as [Server]
  const [next, visitor, late] = [newSecret(), createVisitor(manager), createVisitor(manager)]
  for (const each of [visitor, late]) await each.request((session) => session.login('ada'))
  file.write(next, first)
  await secret.reload()
  clock.now += 5 * minute
  file.write(next)
  await secret.reload()
  for (let passed = 0; passed < 24 * hour; passed += 12 * hour) {
    await visitor.request()
    await late.read()
    clock.now += 12 * hour - 1
  }
  expect(await late.read()).not.toBeNull()
  clock.now += 2
  await secret.reload()
  expect(await late.read()).toBeNull()
  expect(await visitor.read()).toMatchObject({ userId: 'ada' })
})

describe('a manager with a rolling secret', () => {
  const rolling = () => {
    const clock = { now: Date.UTC(2030, 0, 1) }
    const file = secretFile(clock, newSecret())
    const secret = rollingSecret(file.path, { clock: () => clock.now })
    const warn = vi.fn<(message: string) => void>()
    const open = (options = {}) =>
      createSessionManager(
        defaultConfig(secret, {
          indexKey,
          store: keyedStore(testBackend().backend),
          warn,
          ...options,
        }),
      )
    return { clock, file, secret, warn, open }
  }

  test('needs an indexKey, which does not roll', () => {
    const { open } = rolling()
    expect(() => open({ indexKey: undefined })).toThrow(/rolling secret and indexKey is not set/)
  })

  test('tells of each change by names that are the same on all servers', async () => {
    const { clock, file, secret, open } = rolling()
    const heard = [open(), open({ cookieName: '__Host-other', namespace: '__Host-sid' })].map(
      (manager) => {
        onTestFinished(() => manager.close())
        const changes = vi.fn<(change: SessionEvent<'secretsChanged'>) => void>()
        manager.on('secretsChanged', changes)
        return changes
      },
    )
    const next = newSecret()
    const [old = ''] = [...secret.secrets()].map((bytes) => Buffer.from(bytes).toString())
    file.write(next, old)
    await secret.reload()
    clock.now += 5 * minute
    await secret.reload()
    const [here, there] = heard.map(({ mock }) => mock.calls.map(([change]) => change))
    expect(there).toEqual(here)
    const [one, two] = here ?? []
    expect(two?.verifiers).toEqual(one?.verifiers.toReversed())
    expect(two?.signer).toBe(one?.verifiers[1])
    for (const name of one?.verifiers ?? []) {
      expect(name).toMatch(/^[\w-]{8}$/)
      expect(`${next}${old}`).not.toContain(name)
    }
  })

  test('warns of a file that it cannot use, and of a secret that others will miss', async () => {
    const { file, secret, warn, open } = rolling()
    const manager = open()
    onTestFinished(() => manager.close())
    const refused = vi.fn()
    manager.on('secretsRefused', refused)
    file.write('short')
    await secret.reload()
    expect(refused.mock.calls).toEqual([
      [{ error: expect.objectContaining({ code: 'ERR_SECRET_WEAK' }) }],
    ])
    file.write(newSecret())
    await secret.reload()
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringMatching(/is 5 bytes long.* stay in use/),
      expect.stringMatching(/no longer lists the secret that signs.* second line/),
    ])
  })

  test('hears nothing any more once it is closed', async () => {
    const { file, secret, open } = rolling()
    const manager = open()
    const changes = vi.fn()
    manager.on('secretsChanged', changes)
    await manager.close()
    file.write(newSecret())
    await secret.reload()
    expect(changes).not.toHaveBeenCalled()
  })
})
