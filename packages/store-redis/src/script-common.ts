import { tombstoneMs } from '@sojourn/core/store'

/**
 * The Lua functions at the beginning of every script: reading a stored value, and writing one with its time to live.
 */
export const common = `
local index, key, at = KEYS[1], KEYS[2], tonumber(ARGV[1])

local function kindOf(value)
  return value and string.sub(value, 1, 1)
end

-- Anything shorter was not written by Sojourn.
local function isRow(value)
  local kind = kindOf(value)
  return (kind == 'r' or kind == 's') and #value > 18
end

local function isTombstone(value)
  return kindOf(value) == 't' and #value > 9
end

local function isLive(value)
  return isRow(value) and struct.unpack('>d', value, 10) > at
end

local function isEnded(value)
  return isTombstone(value) and at < struct.unpack('>d', value, 2) + ${tombstoneMs}
end

-- Compares the current version tag as it is stored: its length byte first.
local function isVersion(value, version)
  return string.sub(value, 19, 18 + #version) == version
end

local function keyOf(handle)
  return index .. ':' .. handle
end

-- The handles that have not expired, at most 'count' of them. A score always equals the expiresAt of the row, because
-- both are written in one step.
local function unexpired(count)
  return redis.call('ZRANGE', index, '(' .. ARGV[1], '+inf', 'BYSCORE', 'LIMIT', 0, count or -1)
end

-- Runs a command on the keys of many handles, 1,000 at a time, because Lua limits how many values it unpacks. The index
-- comes first in each call: while a Cluster moves a slot, the new node treats a single key that has not arrived yet as
-- absent, but refuses a command with several keys.
local function callInChunks(command, handles, onReply)
  for first = 1, #handles, 1000 do
    local keys = {}
    for n = first, math.min(first + 999, #handles) do keys[#keys + 1] = keyOf(handles[n]) end
    onReply(redis.call(command, index, unpack(keys)), first)
  end
end

local function hasKey(handle)
  return redis.call('EXISTS', index, keyOf(handle)) == 2
end

local function removeFromIndex(handles)
  for first = 1, #handles, 1000 do
    redis.call('ZREM', index, unpack(handles, first, math.min(first + 999, #handles)))
  end
end

-- Lets the index outlive its last session by a minute, because the clocks of servers may differ. Never makes its time to
-- live shorter: by a clock that is ahead, the sessions of others seem to end soon.
local function extendIndex()
  local top = redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')[2]
  if not top then return end
  local ttl = math.ceil(math.min(top - at, 2 ^ 52)) + 60000
  if ttl > redis.call('PTTL', index) then redis.call('PEXPIRE', index, string.format('%.0f', ttl)) end
end

-- Writes a value with its time to live; a ttl that has passed deletes the key. Adding the handle each time restores an
-- index that was evicted.
local function write(value, ttl, expiresAt)
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
  extendIndex()
end
`
