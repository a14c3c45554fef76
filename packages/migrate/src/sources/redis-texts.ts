import { SessionUsageError } from '@sojourn/core'
import type { SharedTexts } from '../bridge/shared-texts.ts'
import type { RedisClient } from './redis-records.ts'

const swapScript = `local text = redis.call('GET', KEYS[1])
if ARGV[1] == '0' and text then return 0 end
if ARGV[1] == '1' and text ~= ARGV[2] then return 0 end
local left = text and redis.call('PTTL', KEYS[1])
if left == -1 then redis.call('SET', KEYS[1], ARGV[3])
else redis.call('SET', KEYS[1], ARGV[3], 'PX', math.max(left or 0, tonumber(ARGV[4]))) end
return 1`

const prolongScript = `local left = redis.call('PTTL', KEYS[1])
if left >= 0 and left < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 1`

/** Returns the texts behind a Redis client: strings, each written by one script, so that a Cluster has them too. */
export function redisTexts(client: RedisClient): SharedTexts {
  const run = runner(client)
  return {
    async read(name) {
      const text = await client.get(name)
      return text === null || text === undefined ? undefined : String(text)
    },
    async swap(name, { from, to, ttl }) {
      const args = [from === undefined ? '0' : '1', from ?? '', to, milliseconds(ttl)]
      return Number(await run(swapScript, name, args)) === 1
    },
    async put(name, text, ttl) {
      await run("return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])", name, [
        text,
        milliseconds(ttl),
      ])
    },
    async remove(name) {
      await client.del(name)
    },
    async prolong(name, ttl) {
      await run(prolongScript, name, [milliseconds(ttl)])
    },
  }
}

function milliseconds(ttl: number): string {
  return String(Math.max(1, Math.ceil(ttl)))
}

type Run = (script: string, key: string, args?: readonly string[]) => Promise<unknown>

/** Returns what runs a script. node-redis takes keys and arguments as an object, ioredis their number and then all. */
function runner(client: RedisClient): Run {
  const { eval: evaluateIn } = client
  if (typeof evaluateIn !== 'function')
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'client cannot run scripts (eval), which oldServers needs. Give a client of redis (node-redis) or ioredis.',
    )
  const evaluate = (...args: readonly unknown[]) => Reflect.apply(evaluateIn, client, args)
  return client.pTTL
    ? (script, key, args = []) => evaluate(script, { keys: [key], arguments: [...args] })
    : (script, key, args = []) => evaluate(script, 1, key, ...args)
}
