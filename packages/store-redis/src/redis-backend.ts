import type { SessionId } from '@sojourn/core'
import {
  type BackendCall,
  checkOptions,
  groupOf,
  type Row,
  type SessionBackend,
} from '@sojourn/core/store'
import type { RedisArg, RedisDriver, ReplicaWait } from './driver.ts'
import { toStoreError } from './errors.ts'
import { createGroups } from './groups.ts'
import { checkPrefix, createLayout } from './layout.ts'
import { waitForReplicas } from './replica-wait.ts'
import * as replies from './replies.ts'
import { createRunScript } from './run-script.ts'
import { scanRows } from './scan.ts'
import * as scripts from './scripts.ts'
import { encodeRow, encodeTag, encodeTimes, encodeTombstone, kindBytes } from './stored.ts'

/** Options of `redisBackend` and of the backends built on it. */
export interface RedisBackendOptions {
  /** The prefix of all keys; without braces. Two prefixes on one database never share sessions. @default 'sojourn:' */
  readonly prefix?: string
  /**
   * Sends `WAIT` behind every write except touches, so that a failover undoes fewer logins and logouts. If fewer than
   * `replicas` have the write after `timeoutMs` (ms), the operation rejects with `ERR_STORE_UNAVAILABLE`. `WAIT` blocks
   * its connection, so give the store a client or pool of its own.
   * @default none: a write is done when the master has it
   */
  readonly waitFor?: ReplicaWait
  /** Called with warnings about the client: an unsafe configuration, a connection that stalled. @default console.warn */
  readonly warn?: (message: string) => void
}

/** The arguments of a script except the current time, and the call that it belongs to. */
interface ScriptRun {
  readonly args: readonly RedisArg[]
  readonly call: BackendCall
}

/** `retention` holds with `maxmemory-policy noeviction`, which the documentation requires; the client cannot see it. */
const supports = {
  conditionalWrite: true,
  revocation: true,
  list: true,
  limit: true,
  scan: true,
  retention: true,
}

/** The longest time to live, in ms, about 142,000 years: Redis adds it to its own clock without overflow. */
const maxTtlMs = 2 ** 52

/**
 * Creates a backend that keeps sessions in Redis 6.2 or newer: one server, a Sentinel set or a Cluster, through any
 * client that has a driver. A read is one `GET`; a write is one script. `close` does not close the client.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an unknown option, a prefix with braces, or a `waitFor` whose
 * numbers are not positive integers.
 * @example
 * import { notReady, redisBackend, type RedisDriver } from '@sojourn/store-redis'
 * import { createClient } from 'redis'
 *
 * const client = await createClient({ url: 'redis://localhost:6379' }).connect()
 * const options = { typeMapping: { 36: Buffer } } // bulk strings as Buffers
 *
 * const driver: RedisDriver = {
 *   send: ({ args, call }) =>
 *     client.isReady
 *       ? client.sendCommand([...args], { ...options, abortSignal: call.signal })
 *       : Promise.reject(notReady()),
 *   async sendPair(command, second) {
 *     return [await driver.send(command), await client.sendCommand([...second], options)]
 *   },
 *   masters: async () => [driver.send],
 * }
 * export const backend = redisBackend(driver, { prefix: 'app:' })
 */
export function redisBackend(
  driver: RedisDriver,
  options: RedisBackendOptions = {},
): SessionBackend {
  checkOptions(options, { prefix: true, waitFor: true, warn: true }, 'The Redis store')
  const { prefix = 'sojourn:', waitFor, warn = console.warn } = options
  const { keyPrefix = '' } = driver
  checkPrefix(keyPrefix, 'keyPrefix')
  const layout = createLayout(checkPrefix(prefix, 'prefix'))
  const client = withConfigWarning(driver, warn)
  const runScript = createRunScript({
    send: client.send,
    sendDurably: waitForReplicas(client, waitFor),
  })
  const groups = createGroups({ layout, runScript })

  return {
    supports,

    find(id, call) {
      const key = layout.keyOf(id)
      const reply = client.send({ args: ['GET', key], key, isWrite: false, call })
      return readReply(call, reply, (found) => replies.readFound(found, call.at))
    },

    insert(id, row, call) {
      const { at, limit, isSolitary = false } = call
      const args = [
        ...ttlArgs(row, at),
        encodeRow(row),
        encodeTag(row.version),
        isSolitary ? kindBytes.solitary : kindBytes.listed,
        encodeTombstone({ ended: 'evicted', at }),
        ...(limit ? [String(limit.max), limit.onExceed] : []),
      ]
      return readReply(call, runOn(id, scripts.insert, { args, call }), (reply) =>
        replies.readInserted(reply, (handle) => layout.idIn(groupOf(id), handle)),
      )
    },

    replace(id, row, call) {
      const args = [...ttlArgs(row, call.at), encodeRow(row), encodeTag(call.expected)]
      return readReply(call, runOn(id, scripts.replace, { args, call }), replies.readReplaced)
    },

    touch(id, times, call) {
      const { version, touchedAt } = call.expected
      const args = [
        ...ttlArgs(times, call.at),
        encodeTimes(times),
        encodeTag(version),
        String(touchedAt),
      ]
      return readReply(call, runOn(id, scripts.touch, { args, call }), replies.readTouched)
    },

    remove(id, call) {
      const args = [encodeTombstone({ ended: call.reason, at: call.at })]
      return readReply(call, runOn(id, scripts.remove, { args, call }), replies.readRemoved)
    },

    list: (group, call) => readReply(call, groups.list(group, call), (rows) => rows),

    removeGroup: (group, call) => readReply(call, groups.remove(group, call), (ids) => ids),

    async *scan(call) {
      try {
        yield* scanRows(client, layout, call)
      } catch (error) {
        throw toStoreError(error, call)
      }
    },

    now: (call) =>
      readReply(call, client.send({ args: ['TIME'], isWrite: false, call }), replies.readTime),

    ping: (call) =>
      readReply(call, client.send({ args: ['PING'], isWrite: false, call }), () => undefined),

    close: async () => undefined,
  }

  /** Runs a script on the index and the key of one session. */
  function runOn(
    id: SessionId,
    script: scripts.Script,
    { args, call }: ScriptRun,
  ): Promise<unknown> {
    const keys = [layout.indexOf(groupOf(id)), layout.keyOf(id)] as const
    return runScript(script, { keys, args: [String(call.at), ...args], call })
  }
}

/** Returns what `read` makes of the reply. Rejects with a `SessionError` whatever fails (clause 1). */
async function readReply<Reply, Result>(
  call: BackendCall,
  reply: Promise<Reply>,
  read: (reply: Reply) => Result,
): Promise<Result> {
  try {
    return read(await reply)
  } catch (error) {
    throw toStoreError(error, call)
  }
}

/** Returns the arguments that go with a value: time to live, in whole ms from `at`, and score in the index. */
function ttlArgs({ expiresAt }: Pick<Row, 'expiresAt'>, at: number): [string, string] {
  return [String(Math.min(Math.ceil(expiresAt - at), maxTtlMs)), String(expiresAt)]
}

/** Wraps a driver so that its first command checks the configuration: by then the application has set up its client. */
function withConfigWarning(driver: RedisDriver, warn: (message: string) => void): RedisDriver {
  let isChecked = false
  const checkOnce = () => {
    if (isChecked) return
    isChecked = true
    const warning = driver.configWarning?.()
    if (warning !== undefined) warn(warning)
    driver.warnWith?.(warn)
  }
  return {
    send(command) {
      checkOnce()
      return driver.send(command)
    },
    sendPair(command, second) {
      checkOnce()
      return driver.sendPair(command, second)
    },
    masters: () => driver.masters(),
    keyPrefix: driver.keyPrefix ?? '',
  }
}
