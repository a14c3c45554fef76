import type { TestData } from '@sojourn/conformance/store'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { rollingSecret } from '@sojourn/core/secrets'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Address } from './address.ts'
import type { Connection } from './connect.ts'
import { freshPrefix } from './prefix.ts'
import type { RedisNode } from './redis-node.ts'
import { secretFiles, type TextFile, type TextFiles } from './secret-files.ts'
import { startStandalone } from './standalone.ts'
import type { AnyTopology } from './topology.ts'
import { until } from './until.ts'
import { startWanderingLoad } from './wandering-load.ts'

/** Connects a client as the user `app`, whose password it reads from a file for each new connection. */
export type ConnectByFile = (address: Address, passwordFile: string) => Promise<Connection>

const signAfter = 300_000
const indexKey = 'the index key of the tests: 7f3b1c9e5d2a8460'

/** One server of the application, with files of its own, as in a pod. */
interface Server {
  readonly secretFile: TextFile
  readonly passwordFile: TextFile
  readonly manager: SessionManager<TestData>
  /** Resolves when the server has read its secret file and the time of the roll is now. */
  readonly reload: () => Promise<void>
  /** The names of the secrets of this server, the signer first. */
  readonly names: { latest: readonly string[] }
}

/**
 * Registers what happens to users while `secretKey` and the password of Redis are rolled, on three servers that see the new
 * files one after another. `start` starts Redis.
 */
export function proveRolls(
  connects: Readonly<Record<string, ConnectByFile>>,
  start: () => Promise<AnyTopology> = startStandalone,
): void {
  describe.each(Object.entries(connects))('%s, three servers under load', (_name, connect) => {
    test('rolls of secret and password log nobody out and fail no request', async () => {
      const { servers, clock, first, files, password } = await startServers(start, connect)
      const load = await startWanderingLoad(servers.map(({ manager }) => manager))
      let secrets = [first]

      for (let roll = 0; roll < 3; roll++) {
        secrets = [files.newText(), ...secrets]
        const next = await password.add()
        for (const { secretFile, passwordFile, reload } of servers) {
          secretFile.write(...secrets)
          passwordFile.write(next)
          await reload()
          await load.pass()
        }
        clock.now += signAfter
        for (const { reload } of servers) {
          await reload()
          await load.pass()
        }
        await password.dropOthers()
        await load.pass()
        expect(new Set(servers.map(({ names }) => names.latest[0])).size).toBe(1)
      }
      for (const { secretFile, reload } of servers) {
        secretFile.write(...secrets.slice(0, 1))
        await reload()
      }
      await load.pass()
      expect(await load.stop()).toEqual({ failed: [], loggedOut: 0, lost: 0 })
    })

    test('connections that break after the roll open by the new password', async () => {
      const { servers, password, nodes } = await startServers(start, connect)
      const load = await startWanderingLoad(servers.map(({ manager }) => manager))
      const next = await password.add()
      for (const { passwordFile } of servers) passwordFile.write(next)
      await password.dropOthers()
      await load.pass()
      for (const node of nodes) await node.command('CLIENT', 'KILL', 'USER', 'app')
      for (const { manager } of servers)
        await until('the connection to be back', () => manager.ping().then(() => true))
      await load.pass()
      const { failed, ...others } = await load.stop()
      expect(others).toEqual({ loggedOut: 0, lost: 0 })
      for (const code of failed) expect(code).toMatch(/^ERR_STORE_(TIMEOUT|UNAVAILABLE)$/)
    })
  })
}

async function startServers(start: () => Promise<AnyTopology>, connect: ConnectByFile) {
  const { address, nodes, stop } = await start()
  onTestFinished(stop)
  const files = secretFiles()
  const password = await appUser(nodes, files)
  const clock = { now: Date.now() }
  const first = files.newText()
  const prefix = freshPrefix()
  const open = async (): Promise<Server> => {
    const secretFile = files.create(first)
    const passwordFile = files.create(password.current())
    const connection = await connect(address, passwordFile.path)
    onTestFinished(() => connection.close())
    const secret = rollingSecret(secretFile.path, { signAfter, clock: () => clock.now })
    const manager = createSessionManager<TestData>(
      devConfig(secret, {
        indexKey,
        store: connection.store(prefix),
        touchInterval: 1,
        rotationInterval: '1h',
        rotationGrace: '1s',
        storeTimeout: '20s',
        warn: () => undefined,
      }),
    )
    onTestFinished(() => manager.close())
    const names = { latest: [] as readonly string[] }
    manager.on('secretsChanged', ({ verifiers }) => (names.latest = verifiers))
    return { secretFile, passwordFile, manager, reload: secret.reload, names }
  }
  const servers = await Promise.all([open(), open(), open()])
  return { servers, clock, first, files, password, nodes }
}

/** Creates the user `app` on all nodes: ACLs are not replicated. */
async function appUser(nodes: readonly RedisNode[], files: TextFiles) {
  let current = files.newText()
  const set = async (...rules: string[]) => {
    for (const node of nodes) await node.command('ACL', 'SETUSER', 'app', ...rules)
  }
  await set('on', `>${current}`, '~*', '&*', '+@all')
  return {
    current: () => current,
    /** Adds a password; the one before stays valid. Returns it. */
    async add() {
      current = files.newText()
      await set(`>${current}`)
      return current
    },
    /** Leaves the latest password only. Open connections stay authenticated. */
    dropOthers: () => set('resetpass', `>${current}`),
  }
}
