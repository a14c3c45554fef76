import { type BackendCall, type IdentifiedRow, TextSet } from '@sojourn/core/store'
import type { RedisDriver, RedisSend } from './driver.ts'
import type { Layout } from './layout.ts'
import { readFound, readPage } from './replies.ts'

/** How many keys Redis visits per `SCAN`: well below 1 ms. */
const pageSize = '250'

/**
 * Yields every live row, master by master. `SCAN` may return a key twice while Redis resizes its table, so the keys
 * seen are remembered; for a million sessions this takes about 32 MB.
 */
export async function* scanRows(
  driver: RedisDriver,
  layout: Layout,
  call: BackendCall,
): AsyncIterable<IdentifiedRow> {
  const { keyPrefix = '' } = driver
  const seen = new TextSet()
  for (const master of await driver.masters()) {
    for await (const page of scanKeys(master, layout.pattern(keyPrefix), call)) {
      const keys = page.map((key) => key.slice(keyPrefix.length)).filter((key) => seen.add(key))
      yield* readRows(driver, { layout, keys, call })
    }
  }
}

async function* scanKeys(master: RedisSend, pattern: string, call: BackendCall) {
  let cursor = '0'
  do {
    call.signal.throwIfAborted()
    const args = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', pageSize]
    const page = readPage(await master({ args, isWrite: false, call }))
    cursor = page.cursor
    yield page.keys
  } while (cursor !== '0')
}

async function* readRows(
  { send }: RedisDriver,
  { layout, keys, call }: { layout: Layout; keys: readonly string[]; call: BackendCall },
): AsyncIterable<IdentifiedRow> {
  call.signal.throwIfAborted()
  // Each read gets its own signal: with one shared signal, Node warns about a listener leak.
  const ownSignal = {
    get signal() {
      return AbortSignal.any([call.signal])
    },
  }
  const replies = keys.map(async (key) => ({
    key,
    reply: await send({ args: ['GET', key], key, isWrite: false, call: ownSignal }),
  }))
  for (const { key, reply } of await Promise.all(replies)) {
    const found = readFound(reply, call.at)
    if (found && !('ended' in found)) yield { id: layout.idAt(key), ...found }
  }
}
