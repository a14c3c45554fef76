import { TextSet } from '@sojourn/core/store'
import type { RedisClient } from '@sojourn/migrate/express-session'
import { ErrorReply } from 'redis'
import { exitStatus } from '../exit-status.ts'
import { Failure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { openClient, openCluster } from '../redis/connect-store.ts'
import { withDeadline } from '../redis/deadline.ts'
import { explainConnection, explainLoss } from '../redis/explain.ts'
import type { Reached } from '../redis/reach.ts'
import type { Endpoint } from '../redis/target.ts'

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
 * @throws Failure with the status `unreachable`, or `wrong` if the user may not read.
 */
export async function openRecords(reached: Reached, invocation: Invocation): Promise<Records> {
  const { client, masters } = await connect(reached, invocation)
  const { endpoint } = reached.node
  const read = <Reply>(reply: Promise<Reply>, from: Endpoint = endpoint): Promise<Reply> =>
    reply.catch((error: unknown) => {
      throw error instanceof ErrorReply ? explainDenial(error) : explainLoss(error, from)
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
      let open = masters.map((master) => ({ ...master, cursor: '0' }))
      while (open.length > 0) {
        const going: typeof open = []
        for (const { node, from, cursor } of open) {
          const page = await read(node.scan(cursor, { MATCH: pattern, COUNT: keysPerScan }), from)
          yield page.keys.filter((key) => seen.add(key))
          if (page.cursor !== '0') going.push({ node, from, cursor: page.cursor })
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
    return { client, masters: [{ node: client, from: reached.node.endpoint }] }
  }
  const client = await openCluster(reached, invocation)
  const { access } = reached.target
  const masters = client.masters.map(async (master) => {
    const from = { host: master.host, port: master.port }
    try {
      return { node: await withDeadline(Promise.resolve(client.nodeClient(master))), from }
    } catch (error) {
      throw explainConnection(error, from, access)
    }
  })
  return { client, masters: await Promise.all(masters) }
}

/** Returns what to tell if the user may not read: the rights differ from those that Sojourn's own sessions need. */
function explainDenial(error: ErrorReply): unknown {
  if (!error.message.startsWith('NOPERM')) return error
  return new Failure(
    exitStatus.wrong,
    `Redis refused: ${error.message}`,
    "Log in as a user who may read the library's keys: +ping +dbsize +scan +get +pttl, and ~PREFIX* for its prefix.",
    { cause: error },
  )
}
