import { TextSet } from '@sojourn/core/store'
import type { RedisClient } from '@sojourn/migrate/express-session'
import { ErrorReply } from 'redis'
import type { Invocation } from '../invocation.ts'
import { openClient, openCluster } from '../redis/connect-store.ts'
import { explainLoss } from '../redis/explain.ts'
import type { Reached } from '../redis/reach.ts'

/** The records in a Redis, to be read only. */
export interface Records {
  /** The client that a source gets. It has no command that writes. */
  readonly client: RedisClient
  /** Yields the keys that begin with a prefix, each once, some at a time; of a Cluster from all masters in turns. */
  keys(prefix: string): AsyncIterable<readonly string[]>
}

/** A database may have many more keys than sessions. */
const keysPerScan = 1_000

/**
 * Connects to the Redis that was reached. The connection closes when the command ends.
 * @throws Failure with the status `unreachable`.
 */
export async function openRecords(reached: Reached, invocation: Invocation): Promise<Records> {
  const { client, masters } = await connect(reached, invocation)
  const read = <Reply>(reply: Promise<Reply>): Promise<Reply> =>
    reply.catch((error: unknown) => {
      throw error instanceof ErrorReply ? error : explainLoss(error, reached.node.endpoint)
    })
  return {
    client: {
      get: (key) => read(client.get(key)),
      pTTL: (key) => read(client.pTTL(key)),
      del: () => Promise.reject(new TypeError('The check of a migration writes nothing')),
    },
    async *keys(prefix) {
      const seen = new TextSet()
      const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
      let open = masters.map((node) => ({ node, cursor: '0' }))
      while (open.length > 0) {
        const going: typeof open = []
        for (const { node, cursor } of open) {
          const page = await read(node.scan(cursor, { MATCH: pattern, COUNT: keysPerScan }))
          yield page.keys.filter((key) => seen.add(key))
          if (page.cursor !== '0') going.push({ node, cursor: page.cursor })
        }
        open = going
      }
    },
  }
}

/** Returns what reads records, and the servers that have keys. */
async function connect(reached: Reached, invocation: Invocation) {
  if (reached.target.topology !== 'cluster') {
    const client = await openClient(reached, invocation)
    return { client, masters: [client] }
  }
  const client = await openCluster(reached, invocation)
  return {
    client,
    masters: await Promise.all(client.masters.map((node) => client.nodeClient(node))),
  }
}
