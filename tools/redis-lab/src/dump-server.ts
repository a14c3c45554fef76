import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RedisNode } from './redis-node.ts'

/** Returns the RDB file of a server: everything it stores, uncompressed, so that it can be searched. */
export async function dumpServer(node: RedisNode): Promise<Uint8Array> {
  const [, folder] = Object(await node.command('CONFIG', 'GET', 'dir'))
  await node.command('SAVE')
  return readFile(join(String(folder), 'dump.rdb'))
}
