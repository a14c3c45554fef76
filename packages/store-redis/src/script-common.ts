import { tombstoneMs } from '@sojourn/core/store'

/** The Lua that all scripts begin with: what stands at a key, and how something is put there together with its time to live. */
export const common = `
local index, key, at = KEYS[1], KEYS[2], tonumber(ARGV[1])

local function kindOf(value)
  return value and string.sub(value, 1, 1)
end

-- What is shorter is not ours.
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

-- A version is compared as it is stored, its length in front.
local function isVersion(value, version)
  return string.sub(value, 19, 18 + #version) == version
end

local function keyOf(handle)
  return index .. ':' .. handle
end

-- The handles that are not yet over, or so many of them. A score is always the expiresAt of the row: both are written in one step.
local function current(most)
  return redis.call('ZRANGE', index, '(' .. ARGV[1], '+inf', 'BYSCORE', 'LIMIT', 0, most or -1)
end

-- What a command of many keys answers, asked in pieces, because Lua passes on only so many. The index comes first in
-- each: where a Cluster moves a slot, the new node takes a key that is still on its way for absent, and refuses several.
local function ask(command, handles, take)
  for first = 1, #handles, 1000 do
    local keys = {}
    for n = first, math.min(first + 999, #handles) do keys[#keys + 1] = keyOf(handles[n]) end
    take(redis.call(command, index, unpack(keys)), first)
  end
end

local function isThere(handle)
  return redis.call('EXISTS', index, keyOf(handle)) == 2
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
