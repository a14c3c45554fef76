import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Waits while a stream has more to write than its reader takes: what is read in the meantime would fill the memory. */
export async function drained(stream: Writable): Promise<void> {
  if (stream.writableNeedDrain) await once(stream, 'drain')
}
