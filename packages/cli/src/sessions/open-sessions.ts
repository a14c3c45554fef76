import {
  createSessionManager,
  defaultConfig,
  SessionError,
  type SessionManager,
} from '@sojourn/core'
import {
  type IdentifiedRow,
  keyedStore,
  type SessionBackend,
  type SessionStore,
} from '@sojourn/core/store'
import { msgpackCodec } from '@sojourn/store-redis'
import type { Invocation } from '../invocation.ts'
import { createOutput } from '../output/output.ts'
import { connectStore } from '../redis/connect-store.ts'
import { type Reached, reach } from '../redis/reach.ts'
import { readTarget } from '../redis/read-target.ts'
import { describeTarget } from '../redis/target.ts'
import type { SessionOptions } from './options.ts'
import { readKeys } from './read-keys.ts'

/** The data of a session, of which this program knows nothing. */
export type Data = Readonly<Record<string, unknown>>

/** The rows that the latest scan has read, of whichever application. */
interface SeenRows {
  count: number
  latest: IdentifiedRow | undefined
}

/** The sessions of one application. */
export interface Sessions {
  readonly manager: SessionManager<Data>
  readonly store: SessionStore
  readonly seen: Readonly<SeenRows>
  readonly reached: Reached
}

const storeTimeout = '5s'

/**
 * Connects to the Redis of the arguments and returns the sessions of the application whose keys they name. Everything is closed
 * when the command ends.
 * @throws Failure `usage` for wrong arguments or keys, `unreachable` if Redis cannot be reached.
 */
export async function openSessions(
  urls: readonly string[],
  options: SessionOptions,
  invocation: Invocation,
): Promise<Sessions> {
  const keys = readKeys(options)
  const reached = await reach(readTarget(urls, options, invocation.env), invocation)
  const connection = await connectStore(reached, invocation)
  const notes = createOutput(invocation.stderr, { color: options.color })
  const seen: SeenRows = { count: 0, latest: undefined }
  const inside: { store?: SessionStore } = {}
  const manager = createSessionManager<Data>(
    defaultConfig([...keys.secretKey], {
      ...keys,
      storeTimeout,
      warn(message, error) {
        // An error of the store ends the command, and is printed then.
        if (!(error instanceof SessionError)) notes.line({ text: message, style: 'advice' })
      },
      store(env) {
        const backend = watched(
          connection.backend({ prefix: options.prefix, warn: env.warn }),
          seen,
        )
        inside.store = keyedStore(backend, { codec: msgpackCodec })(env)
        return inside.store
      },
    }),
  )
  invocation.defer(() => void manager.close())
  const { store } = inside
  if (!store) throw new TypeError('The manager has made no store')
  return { manager, store, seen, reached }
}

/** Returns a sentence for the case that there are rows, and none of them belongs to the application; else `undefined`. */
export function foreignHint(
  { seen, reached: { target } }: Sessions,
  found: number,
): string | undefined {
  if (found > 0 || seen.count === 0) return undefined
  return (
    `${describeTarget(target)} has ${seen.count} sessions under this prefix, all of another application: ` +
    'check --secret-file or --index-key-file, --cookie-name and --namespace.'
  )
}

/** Returns the backend, which notes the rows that are read by a scan. */
function watched(backend: SessionBackend, seen: SeenRows): SessionBackend {
  return {
    ...backend,
    async *scan(call) {
      seen.count = 0
      for await (const row of backend.scan(call)) {
        seen.count++
        seen.latest = row
        yield row
      }
    },
  }
}
