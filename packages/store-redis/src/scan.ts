import { type BackendCall, type IdentifiedRow, TextSet } from '@sojourn/core/store'
import type { RedisDriver, RedisSend } from './driver.ts'
import type { Layout } from './layout.ts'
import { readFound, readPage } from './replies.ts'

/** How many keys Redis visits per `SCAN`, and how many rows are then read at once: neither side is busy for a millisecond. */
const pageSize = '50'

/** The live rows of one page, and where the next one begins. */
interface Page {
  readonly cursor: string
  readonly rows: readonly IdentifiedRow[]
}

/**
 * Yields every live row, master by master, and reads a page ahead. `SCAN` may return a key twice while Redis resizes its
 * table, so the keys seen are remembered; for a million sessions this takes about 32 MB.
 */
export async function* scanRows(
  driver: RedisDriver,
  layout: Layout,
  call: BackendCall,
): AsyncGenerator<IdentifiedRow, void> {
  const seen = new TextSet()
  for (const master of await driver.masters()) {
    const read = (cursor: string) => readRows({ driver, master, layout, call, seen }, cursor)
    let next: Promise<Page> | undefined = read('0')
    while (next) {
      const { cursor, rows }: Page = await next
      next = cursor === '0' ? undefined : read(cursor)
      next?.catch(() => undefined) // the next round awaits it, unless the scan is left
      for (const row of rows) yield row
    }
  }
}

interface Scanning {
  readonly driver: RedisDriver
  readonly master: RedisSend
  readonly layout: Layout
  readonly call: BackendCall
  readonly seen: TextSet
}

/** Reads the page at a cursor: its keys, and then the rows of those that were not seen before. */
async function readRows(
  { driver: { send, keyPrefix = '' }, master, layout, call, seen }: Scanning,
  cursor: string,
): Promise<Page> {
  call.signal.throwIfAborted()
  const args = ['SCAN', cursor, 'MATCH', layout.pattern(keyPrefix), 'COUNT', pageSize]
  const page = readPage(await master({ args, isWrite: false, call }))
  call.signal.throwIfAborted()
  // Each read gets its own signal: with one shared signal, Node warns about a listener leak.
  const ownSignal = {
    get signal() {
      return AbortSignal.any([call.signal])
    },
  }
  const keys = page.keys.map((key) => key.slice(keyPrefix.length)).filter((key) => seen.add(key))
  const found = await Promise.all(
    keys.map(async (key) => {
      const reply = await send({ args: ['GET', key], key, isWrite: false, call: ownSignal })
      const row = readFound(reply, call.at)
      return row && !('ended' in row) ? [{ id: layout.idAt(key), ...row }] : []
    }),
  )
  return { cursor: page.cursor, rows: found.flat() }
}
