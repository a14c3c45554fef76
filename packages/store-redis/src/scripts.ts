import { createHash } from 'node:crypto'
import { tombstoneMs } from '@sojourn/core/store'
import { common } from './script-common.ts'

/**
 * A Lua 5.1 script that needs no command newer than Redis 6.2. Every write is one script, so one atomic step in Redis.
 * `KEYS[1]` is the index of the group and `KEYS[2]` the key of the row; keys of other members are derived from the
 * index, which is in the same slot. `ARGV[1]` is the manager's current time, epoch ms: no script reads the clock of
 * Redis. The format of the values is described in stored.ts.
 */
export interface Script {
  readonly body: string
  /** SHA-1 of the body in hex, its name in the script cache. */
  readonly sha: string
  /** Whether the option `waitFor` applies. False for `touch` and `list`: a failover that undoes them does no harm. */
  readonly isDurable: boolean
}

/** Creates a row. Returns `taken`, `limit`, or `inserted` followed by the handles that were evicted. */
export const insert = define(`
local ttl, expiresAt, row, version, kind, tombstone, max, policy = unpack(ARGV, 2)

local function hasVersion(value)
  local from = 19
  for _ = 1, string.byte(value, 18) do
    local length = 1 + (string.byte(value, from) or 0) % 128
    if string.sub(value, from, from + length - 1) == version then return true end
    from = from + length
  end
  return false
end

local present = redis.call('GET', key)
if isLive(present) then
  return hasVersion(present) and { 'inserted' } or 'taken'
end
-- A row or tombstone that has expired is overwritten; a value that Sojourn did not write is not.
local hasExpired = isRow(present) or isTombstone(present) and not isEnded(present)
if present and not hasExpired then return 'taken' end

-- Returns the handles whose key exists; removes the others from the index. Usually a single EXISTS finds all of them.
local function existing()
  local handles, missing, count = unexpired(), {}, 0
  callInChunks('EXISTS', handles, function(found) count = count + found - 1 end)
  if count == #handles then return handles end
  local live = {}
  for _, handle in ipairs(handles) do
    local target = hasKey(handle) and live or missing
    target[#target + 1] = handle
  end
  removeFromIndex(missing)
  return live
end

local evicted = {}
if max and redis.call('ZCARD', index) >= tonumber(max) then
  local live = existing()
  local surplus = #live - max + 1
  if surplus > 0 and policy == 'refuse' then return 'limit' end
  for n = 1, surplus do
    redis.call('SET', keyOf(live[n]), tombstone, 'PX', ${tombstoneMs})
    evicted[n] = live[n]
  end
  removeFromIndex(evicted)
end

-- Removes the two handles that expire first if they have no key. So an index stays short even if it is never listed.
for _, handle in ipairs(redis.call('ZRANGE', index, 0, 1)) do
  if not hasKey(handle) then redis.call('ZREM', index, handle) end
end

write(kind .. row, ttl, expiresAt)
table.insert(evicted, 1, 'inserted')
return evicted
`)

/** Replaces a row of the expected version. Returns `replaced`, `gone`, or `conflict` followed by the current row. */
export const replace = define(`
local ttl, expiresAt, row, expected = unpack(ARGV, 2)
local present = redis.call('GET', key)
if not isLive(present) then return 'gone' end
if not isVersion(present, expected) then return { 'conflict', present } end
write(kindOf(present) .. row, ttl, expiresAt)
return 'replaced'
`)

/**
 * Writes a new `touchedAt` and `expiresAt` into a row if its version and old `touchedAt` match. Returns `touched`,
 * `gone` or `conflict`.
 */
export const touch = define(
  `
local ttl, expiresAt, times, version, touchedAt = unpack(ARGV, 2)
local present = redis.call('GET', key)
if not isLive(present) then return 'gone' end
local isExpected = isVersion(present, version) and struct.unpack('>d', present, 2) == tonumber(touchedAt)
if not isExpected then return 'conflict' end
write(kindOf(present) .. times .. string.sub(present, 18), ttl, expiresAt)
return 'touched'
`,
  { isDurable: false },
)

/**
 * Writes a tombstone, even if there is no row, unless the id has a tombstone already. Returns the row if it was live,
 * else nil. `DEL` comes first so that the script works when Redis is out of memory: Redis then refuses a script whose
 * first write may need memory.
 */
export const remove = define(`
local present = redis.call('GET', key)
if isEnded(present) then return false end
redis.call('DEL', key)
redis.call('SET', key, ARGV[2], 'PX', ${tombstoneMs})
redis.call('ZREM', index, string.sub(key, #index + 2))
return isLive(present) and present
`)

/**
 * Reads at most `step` rows: those of the given handles, or of the whole index if none are given. Returns a list that
 * alternates handles and values, and the handles left for further steps. Handles without a key are removed from the
 * index.
 */
export const list = define(
  `
local step, handles, found, missing, rest = tonumber(ARGV[2]), { unpack(ARGV, 3) }, {}, {}, {}
if #handles == 0 then handles = unexpired() end
for n = #handles, step + 1, -1 do rest[n - step] = table.remove(handles) end
callInChunks('MGET', handles, function(values, first)
  for n = 2, #values do
    local handle, value = handles[first + n - 2], values[n]
    if isLive(value) then
      found[#found + 1] = handle
      found[#found + 1] = value
    elseif not value then missing[#missing + 1] = handle end
  end
end)
removeFromIndex(missing)
return { found, rest }
`,
  { isDurable: false },
)

/**
 * Ends at most `step` sessions of a group. Returns the handles of those that it ended, and 1 if there are more, else 0.
 * `EXISTS` reads all keys first, so that a Cluster that is moving them can refuse the script before anything is changed.
 * The first write shortens the index, for the reason given at `remove`. `XX` prevents tombstones for expired sessions.
 */
export const removeGroup = define(`
local tombstone, step, except, ending, ended = ARGV[2], tonumber(ARGV[3]), ARGV[4], {}, {}
local handles = unexpired(step + 1)
for _, handle in ipairs(handles) do
  if handle ~= except then ending[#ending + 1] = handle end
end
callInChunks('EXISTS', ending, function() end)
removeFromIndex(ending)
for _, handle in ipairs(ending) do
  local isSet = redis.call('SET', keyOf(handle), tombstone, 'PX', ${tombstoneMs}, 'XX')
  if isSet then ended[#ended + 1] = handle end
end
return { ended, #handles > step and 1 or 0 }
`)

function define(body: string, { isDurable = true } = {}): Script {
  const whole = (common + body).trim()
  return { body: whole, sha: createHash('sha1').update(whole).digest('hex'), isDurable }
}
