import { freshPrefix, startStandalone } from '@sojourn/redis-lab'
import {
  type RedisArg,
  type RedisCommand,
  type RedisDriver,
  redisBackend,
} from '@sojourn/store-redis'
import { createClient } from 'redis'
import { afterAll, beforeEach, expect, test } from 'vitest'

const server = await startStandalone()
const client = createClient({ socket: { port: server.address.port } })
await client.on('error', console.error).connect()

afterAll(async () => {
  client.destroy()
  await server.stop()
})

beforeEach(() => client.scriptFlush())

const at = Date.UTC(2030, 0, 1)
const row = {
  version: 'v1',
  priorVersions: [],
  touchedAt: at,
  expiresAt: at + 3_600_000,
  value: new Uint8Array(9),
}
const callOf = (controller = new AbortController()) => ({ at, signal: controller.signal })

/** A driver as the README describes it, written as a class, whose methods need their `this`. */
class OwnDriver implements RedisDriver {
  readonly #options = { typeMapping: { 36: Buffer } }

  send = ({ args }: RedisCommand): Promise<unknown> => client.sendCommand([...args], this.#options)

  async sendPair(command: RedisCommand, second: readonly RedisArg[]) {
    const reply = await this.send(command)
    return [reply, await client.sendCommand([...second], this.#options)] as const
  }

  async masters() {
    return [this.send]
  }
}

test('a driver may be an instance of a class', async () => {
  const backend = redisBackend(new OwnDriver(), { prefix: freshPrefix() })
  await backend.insert('g.a', row, callOf())
  const ids: string[] = []
  for await (const { id } of backend.scan(callOf())) ids.push(id)
  expect(ids).toEqual(['g.a'])
  const waiting = redisBackend(new OwnDriver(), { waitFor: { replicas: 1, timeoutMs: 1 } })
  await expect(waiting.insert('g.a', row, callOf())).rejects.toMatchObject({
    detail: expect.stringContaining('Only 0 of 1 replicas'),
  })
})

test('a node that never answers keeps a script from the others no longer than the deadline', async () => {
  const driver = new OwnDriver()
  const { send } = driver
  const controller = new AbortController()
  const hanging = new Promise<void>((isHanging) => {
    driver.send = (command) => {
      if (command.args[0] !== 'EVAL') return send(command)
      driver.send = send
      isHanging()
      return new Promise(() => undefined)
    }
  })
  const backend = redisBackend(driver, { prefix: freshPrefix() })
  void backend.insert('g.a', row, callOf(controller))
  await hanging
  const waiting = backend.insert('g.b', row, callOf())
  controller.abort()
  expect(await waiting).toEqual({ inserted: true, evicted: [] })
})

test('a body is not sent behind the deadline, by a driver either that cannot take a command back', async () => {
  const driver = new OwnDriver()
  const { send } = driver
  const controller = new AbortController()
  const sent: unknown[] = []
  driver.send = async (command) => {
    sent.push(command.args[0])
    return send(command).finally(() => controller.abort())
  }
  const backend = redisBackend(driver, { prefix: freshPrefix() })
  const writing = backend.insert('g.a', row, callOf(controller))
  await expect(writing).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' })
  expect(sent).toEqual(['EVALSHA'])
})
