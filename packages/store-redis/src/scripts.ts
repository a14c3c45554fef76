import { createHash } from 'node:crypto'
import { tombstoneMs } from '@sojourn/core/store'
import { common } from './script-common.ts'

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

/** → `taken`, `limit`, or `inserted` and the handles that were evicted. */
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
-- What has lapsed makes room; what Sojourn did not write does not.
local hasLapsed = isRow(present) or isTombstone(present) and not isEnded(present)
if present and not hasLapsed then return 'taken' end

-- Those whose key is gone leave the index; mostly one question tells that none is.
local function living()
  local handles, gone, count = current(), {}, 0
  ask('EXISTS', handles, function(there) count = count + there - 1 end)
  if count == #handles then return handles end
  local live = {}
  for _, handle in ipairs(handles) do
    local place = isThere(handle) and live or gone
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
  if not isThere(handle) then redis.call('ZREM', index, handle) end
end

put(kind .. row, ttl, expiresAt)
table.insert(evicted, 1, 'inserted')
return evicted
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

/**
 * One step of a list: of the handles that it is given, or else of all in the index. → handles and what stands at their keys,
 * by turns; and the handles that it left to further steps. A member whose key is gone leaves the index.
 */
export const list = define(
  `
local step, handles, found, gone, rest = tonumber(ARGV[2]), { unpack(ARGV, 3) }, {}, {}, {}
if #handles == 0 then handles = current() end
for n = #handles, step + 1, -1 do rest[n - step] = table.remove(handles) end
ask('MGET', handles, function(values, first)
  for n = 2, #values do
    local handle, value = handles[first + n - 2], values[n]
    if isLive(value) then
      found[#found + 1] = handle
      found[#found + 1] = value
    elseif not value then gone[#gone + 1] = handle end
  end
end)
drop(gone)
return { found, rest }
`,
  { isDurable: false },
)

/**
 * One step of ending a group. → how many it ended, and 1 where there are more. It asks for all before it changes anything, so
 * that a Cluster which is moving them can refuse. The index is shortened first, for the same reason as in `remove`. `XX`:
 * what has lapsed leaves nothing.
 */
export const removeGroup = define(`
local tombstone, step, except, ending, count = ARGV[2], tonumber(ARGV[3]), ARGV[4], {}, 0
local handles = current(step + 1)
for _, handle in ipairs(handles) do
  if handle ~= except then ending[#ending + 1] = handle end
end
ask('EXISTS', ending, function() end)
drop(ending)
for _, handle in ipairs(ending) do
  if redis.call('SET', keyOf(handle), tombstone, 'PX', ${tombstoneMs}, 'XX') then count = count + 1 end
end
return { count, #handles > step and 1 or 0 }
`)

function define(body: string, { isDurable = true } = {}): Script {
  const whole = (common + body).trim()
  return { body: whole, sha: createHash('sha1').update(whole).digest('hex'), isDurable }
}
