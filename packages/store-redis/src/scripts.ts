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
  /** Whether somebody would miss what it wrote, were it undone by a failover. */
  readonly isDurable: boolean
}

/** Shared by all: what stands at a key, and how something is put there together with its time to live. */
const common = `
local index, key, at = KEYS[1], KEYS[2], tonumber(ARGV[1])

local function kindOf(value)
  return value and string.sub(value, 1, 1)
end

local function isRow(value)
  local kind = kindOf(value)
  return kind == 'r' or kind == 's'
end

local function isLive(value)
  return isRow(value) and struct.unpack('>d', value, 10) > at
end

local function isEnded(value)
  return kindOf(value) == 't' and at < struct.unpack('>d', value, 2) + ${tombstoneMs}
end

local function isVersion(value, version)
  local length = string.byte(value, 19)
  return string.sub(value, 20, 19 + length) == version
end

local function keyOf(handle)
  return index .. ':' .. handle
end

-- The handles that are not yet over. A score is always the expiresAt of the row: both are written in one step.
local function current()
  return redis.call('ZRANGE', index, '(' .. ARGV[1], '+inf', 'BYSCORE')
end

-- What a command of many keys answers, asked in pieces, because Lua passes on only so many.
local function ask(command, handles, take)
  for first = 1, #handles, 1000 do
    local keys = {}
    for n = first, math.min(first + 999, #handles) do keys[#keys + 1] = keyOf(handles[n]) end
    take(redis.call(command, unpack(keys)), first)
  end
end

local function drop(handles)
  for first = 1, #handles, 1000 do
    redis.call('ZREM', index, unpack(handles, first, math.min(first + 999, #handles)))
  end
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
  local isListed = kindOf(value) == 'r'
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
-- What has lapsed makes room; what Sojourn did not write does not.
local hasLapsed = isRow(present) or kindOf(present) == 't' and not isEnded(present)
if present and not hasLapsed then return 'taken' end

-- Those whose key is gone leave the index; mostly one question tells that none is.
local function living()
  local handles, gone, count = current(), {}, 0
  ask('EXISTS', handles, function(there) count = count + there end)
  if count == #handles then return handles end
  local live = {}
  for _, handle in ipairs(handles) do
    local place = redis.call('EXISTS', keyOf(handle)) == 1 and live or gone
    place[#place + 1] = handle
  end
  drop(gone)
  return live
end

local evicted = {}
if max and redis.call('ZCARD', index) >= tonumber(max) then
  local live = living()
  local surplus = #live - max + 1
  if surplus > 0 and policy == 'refuse' then return 'limit' end
  for n = 1, surplus do
    redis.call('SET', keyOf(live[n]), tombstone, 'PX', ${tombstoneMs})
    evicted[n] = live[n]
  end
  drop(evicted)
end

-- Looking at the two that end first with each insert keeps an index short that nobody lists.
for _, handle in ipairs(redis.call('ZRANGE', index, 0, 1)) do
  if redis.call('EXISTS', keyOf(handle)) == 0 then redis.call('ZREM', index, handle) end
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
put(kindOf(present) .. row, ttl, expiresAt)
return 'replaced'
`)

/** → `touched`, `gone` or `conflict`. */
export const touch = define(
  `
local ttl, expiresAt, times, version, touchedAt = unpack(ARGV, 2)
local present = redis.call('GET', key)
if not isLive(present) then return 'gone' end
local isExpected = isVersion(present, version) and struct.unpack('>d', present, 2) == tonumber(touchedAt)
if not isExpected then return 'conflict' end
put(kindOf(present) .. times .. string.sub(present, 18), ttl, expiresAt)
return 'touched'
`,
  { isDurable: false },
)

/** → the row that it ended, or nil. Deleting first makes it work where memory is full, since the step then frees some. */
export const remove = define(`
local present = redis.call('GET', key)
if isEnded(present) then return false end
redis.call('DEL', key)
redis.call('SET', key, ARGV[2], 'PX', ${tombstoneMs})
redis.call('ZREM', index, string.sub(key, #index + 2))
return isLive(present) and present
`)

/** → handles and what stands at their keys, by turns. A member whose key is gone leaves the index. */
export const list = define(
  `
local handles, found, gone = current(), {}, {}
ask('MGET', handles, function(values, first)
  for n, value in ipairs(values) do
    local handle = handles[first + n - 1]
    if isLive(value) then
      found[#found + 1] = handle
      found[#found + 1] = value
    elseif not value then gone[#gone + 1] = handle end
  end
end)
drop(gone)
return found
`,
  { isDurable: false },
)

/** → how many it ended. The index is shortened first, for the same reason as in `remove`. `XX`: what has lapsed leaves nothing. */
export const removeGroup = define(`
local tombstone, except, ending, count = ARGV[2], ARGV[3], {}, 0
for _, handle in ipairs(current()) do
  if handle ~= except then ending[#ending + 1] = handle end
end
drop(ending)
for _, handle in ipairs(ending) do
  if redis.call('SET', keyOf(handle), tombstone, 'PX', ${tombstoneMs}, 'XX') then count = count + 1 end
end
return count
`)

function define(body: string, { isDurable = true } = {}): Script {
  const whole = (common + body).trim()
  return { body: whole, sha: createHash('sha1').update(whole).digest('hex'), isDurable }
}
