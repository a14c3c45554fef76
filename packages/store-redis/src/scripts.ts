import { createHash } from 'node:crypto'
import { tombstoneMs } from '@sojourn/core'

/**
 * Every write is one of these scripts, each one atomic step in Redis. They are Lua 5.1 and use commands of Redis 6.2.
 * `KEYS[1]` is the index of the group, `KEYS[2]` the key of the row; the key of any other member is derived from the index,
 * which lies in the same slot. `ARGV[1]` is the manager's now: no script asks Redis for the time.
 * What a value looks like is said in stored.ts.
 */
export interface Script {
  readonly body: string
  /** Names the body in the script cache. */
  readonly sha: string
}

/** Shared by all: what stands at a key, and how something is put there together with its time to live. */
const common = `
local index, key, at = KEYS[1], KEYS[2], tonumber(ARGV[1])

local function isRow(value)
  local kind = value and string.sub(value, 1, 1)
  return kind == 'r' or kind == 's'
end

local function isLive(value)
  return isRow(value) and struct.unpack('>d', value, 10) > at
end

local function isEnded(value)
  return value and string.sub(value, 1, 1) == 't' and at < struct.unpack('>d', value, 2) + ${tombstoneMs}
end

local function isVersion(value, version)
  local length = string.byte(value, 19)
  return string.sub(value, 20, 19 + length) == version
end

local function keyOf(handle)
  return index .. ':' .. handle
end

-- Only the kind and the two times, so that listing does not copy the values.
local function headOf(handle)
  return redis.call('GETRANGE', keyOf(handle), 0, 16)
end

local function entomb(where, tombstone)
  redis.call('SET', where, tombstone, 'PX', ${tombstoneMs})
end

-- The index outlives its last session by a minute, because the clocks of servers may differ.
local function keepIndex()
  local top = redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')[2]
  if not top then return end
  local ttl = math.ceil(math.min(top - at, 2 ^ 52)) + 60000
  redis.call('PEXPIRE', index, string.format('%.0f', ttl))
end

-- A time to live that has passed means gone at once. Adding to the index heals one that was evicted.
local function put(value, ttl, expiresAt)
  local handle = string.sub(key, #index + 2)
  local isListed = string.sub(value, 1, 1) == 'r'
  if tonumber(ttl) <= 0 then
    redis.call('DEL', key)
    if isListed then redis.call('ZREM', index, handle) end
    return
  end
  redis.call('SET', key, value, 'PX', ttl)
  if not isListed then return end
  redis.call('ZADD', index, expiresAt, handle)
  keepIndex()
end

local function drop(handles)
  for first = 1, #handles, 1000 do
    redis.call('ZREM', index, unpack(handles, first, math.min(first + 999, #handles)))
  end
end
`

/** → `taken`, `limit`, or `inserted` and the handles that were evicted. */
export const insert = define(`
local ttl, expiresAt, row, version, kind, tombstone, max, policy = unpack(ARGV, 2)

local function hasVersion(value)
  local from = 19
  for _ = 1, string.byte(value, 18) do
    local length = string.byte(value, from)
    if string.sub(value, from + 1, from + length) == version then return true end
    from = from + 1 + length
  end
  return false
end

local present = redis.call('GET', key)
if isLive(present) then
  return hasVersion(present) and { 'inserted' } or 'taken'
end
if present and (isEnded(present) or not isRow(present) and string.sub(present, 1, 1) ~= 't') then
  return 'taken'
end

local evicted = {}
if max and redis.call('ZCARD', index) >= tonumber(max) then
  local live, gone = {}, {}
  for _, handle in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local head = headOf(handle)
    if isLive(head) then live[#live + 1] = handle
    elseif not isRow(head) then gone[#gone + 1] = handle end
  end
  drop(gone)
  local surplus = #live - max + 1
  if surplus > 0 and policy == 'refuse' then return 'limit' end
  for n = 1, surplus do
    entomb(keyOf(live[n]), tombstone)
    evicted[n] = live[n]
  end
  drop(evicted)
else
  -- Looking at the two that end first with each insert keeps an index short that nobody lists.
  for _, handle in ipairs(redis.call('ZRANGE', index, 0, 1)) do
    if redis.call('EXISTS', keyOf(handle)) == 0 then redis.call('ZREM', index, handle) end
  end
end

put(kind .. row, ttl, expiresAt)
return { 'inserted', unpack(evicted) }
`)

/** → `replaced`, `gone`, or `conflict` and the row that stands there. */
export const replace = define(`
local ttl, expiresAt, row, expected = unpack(ARGV, 2)
local present = redis.call('GET', key)
if not isLive(present) then return 'gone' end
if not isVersion(present, expected) then return { 'conflict', present } end
put(string.sub(present, 1, 1) .. row, ttl, expiresAt)
return 'replaced'
`)

/** → `touched`, `gone` or `conflict`. */
export const touch = define(`
local ttl, expiresAt, times, version, touchedAt = unpack(ARGV, 2)
local present = redis.call('GET', key)
if not isLive(present) then return 'gone' end
local isExpected = isVersion(present, version) and struct.unpack('>d', present, 2) == tonumber(touchedAt)
if not isExpected then return 'conflict' end
put(string.sub(present, 1, 1) .. times .. string.sub(present, 18), ttl, expiresAt)
return 'touched'
`)

/** → the row that it ended, or nil. Deleting first makes it work where memory is full, since the step then frees some. */
export const remove = define(`
local present = redis.call('GET', key)
if isEnded(present) then return false end
redis.call('DEL', key)
entomb(key, ARGV[2])
redis.call('ZREM', index, string.sub(key, #index + 2))
return isLive(present) and present
`)

/** → handles and what stands at their keys, by turns. A member whose key is gone leaves the index. */
export const list = define(`
local found, gone = {}, {}
for _, handle in ipairs(redis.call('ZRANGE', index, 0, -1)) do
  local value = redis.call('GET', keyOf(handle))
  if isLive(value) then
    found[#found + 1] = handle
    found[#found + 1] = value
  elseif not value then gone[#gone + 1] = handle end
end
drop(gone)
return found
`)

/** → how many it ended. The index is shortened first, for the same reason as in `remove`. */
export const removeGroup = define(`
local tombstone, except = ARGV[2], ARGV[3]
local ending, leaving = {}, {}
for _, handle in ipairs(redis.call('ZRANGE', index, 0, -1)) do
  local head = headOf(handle)
  local isEnding = isLive(head) and handle ~= except
  if isEnding then ending[#ending + 1] = handle end
  if isEnding or not isRow(head) then leaving[#leaving + 1] = handle end
end
drop(leaving)
for _, handle in ipairs(ending) do entomb(keyOf(handle), tombstone) end
return #ending
`)

function define(body: string): Script {
  const whole = (common + body).trim()
  return { body: whole, sha: createHash('sha1').update(whole).digest('hex') }
}
