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
import { encodeRow, encodeTag, encodeTimes, encodeTombstone, kinds } from './stored.ts'

/** How a Redis backend is set up. */
export interface RedisBackendOptions {
  /** What the keys of the sessions begin with; no braces. @default 'sojourn:' */
  readonly prefix?: string
  /**
   * Waits with each write but touches until so many replicas have it: fewer logouts and logins are undone by a failover.
   * It holds up whatever else uses the connection, so give the store a client or a pool of its own. @default none
   */
  readonly waitFor?: ReplicaWait
  /** Is told, once, of a flaw in how the client is set up. @default console.warn */
  readonly warn?: (message: string) => void
}

/** A script's arguments but for the manager's now, and the call that it belongs to. */
interface Run {
  readonly args: readonly RedisArg[]
  readonly call: BackendCall
}

const supports = { conditionalWrite: true, revocation: true, list: true, limit: true, scan: true }

/** In ms, about 142,000 years: what Redis adds to its own clock without overflowing. */
const longestLife = 2 ** 52

/**
 * Sessions in Redis 6.2 or newer, on one server, a Sentinel set or a Cluster, through any client that a driver fits.
 * A read is one `GET`; a write is one script. The client stays the caller's: `close` closes nothing.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for a prefix with braces, or a `waitFor` that is no quorum.
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
  const client = tellingFlaw(driver, warn)
  const runScript = createRunScript({
    send: client.send,
    sendDurably: waitForReplicas(client, waitFor),
  })
  const groups = createGroups({ layout, runScript })

  return {
    supports,

    find(id, call) {
      const key = layout.keyOf(id)
      const reply = client.send({ words: ['GET', key], key, isWrite: false, call })
      return answer(call, reply, (found) => replies.readFound(found, call.at))
    },

    insert(id, row, call) {
      const { at, limit, isSolitary = false } = call
      const args = [
        ...lifeOf(row, at),
        encodeRow(row),
        encodeTag(row.version),
        isSolitary ? kinds.solitary : kinds.listed,
        encodeTombstone({ ended: 'evicted', at }),
        ...(limit ? [String(limit.max), limit.onExceed] : []),
      ]
      return answer(call, runOn(id, scripts.insert, { args, call }), (reply) =>
        replies.readInserted(reply, (handle) => layout.idIn(groupOf(id), handle)),
      )
    },

    replace(id, row, call) {
      const args = [...lifeOf(row, call.at), encodeRow(row), encodeTag(call.expected)]
      return answer(call, runOn(id, scripts.replace, { args, call }), replies.readReplaced)
    },

    touch(id, times, call) {
      const { version, touchedAt } = call.expected
      const args = [
        ...lifeOf(times, call.at),
        encodeTimes(times),
        encodeTag(version),
        String(touchedAt),
      ]
      return answer(call, runOn(id, scripts.touch, { args, call }), replies.readTouched)
    },

    remove(id, call) {
      const args = [encodeTombstone({ ended: call.reason, at: call.at })]
      return answer(call, runOn(id, scripts.remove, { args, call }), replies.readRemoved)
    },

    list: (group, call) => answer(call, groups.list(group, call), (rows) => rows),

    removeGroup: (group, call) => answer(call, groups.remove(group, call), (count) => count),

    async *scan(call) {
      try {
        yield* scanRows(client, layout, call)
      } catch (error) {
        throw toStoreError(error, call)
      }
    },

    ping: (call) =>
      answer(call, client.send({ words: ['PING'], isWrite: false, call }), () => undefined),

    close: async () => undefined,
  }

  /** A session's script. */
  function runOn(id: SessionId, script: scripts.Script, { args, call }: Run): Promise<unknown> {
    const keys = [layout.indexOf(groupOf(id)), layout.keyOf(id)] as const
    return runScript(script, { keys, args: [String(call.at), ...args], call })
  }
}

/** What a reply means; whatever goes wrong on the way is trouble (clause 1). */
async function answer<Reply, Result>(
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

/** The time to live that goes along with a value, in whole ms from the manager's now, and its place in the index. */
function lifeOf({ expiresAt }: Pick<Row, 'expiresAt'>, at: number): [string, string] {
  return [String(Math.min(Math.ceil(expiresAt - at), longestLife)), String(expiresAt)]
}

/** The driver, which with its first command tells of its flaw: by then the application has finished setting up its client. */
function tellingFlaw(driver: RedisDriver, warn: (message: string) => void): RedisDriver {
  let isLooked = false
  const look = () => {
    if (isLooked) return
    isLooked = true
    const flaw = driver.configWarning?.()
    if (flaw !== undefined) warn(flaw)
  }
  return {
    send(command) {
      look()
      return driver.send(command)
    },
    sendPair(command, second) {
      look()
      return driver.sendPair(command, second)
    },
    masters: () => driver.masters(),
    keyPrefix: driver.keyPrefix ?? '',
  }
}
