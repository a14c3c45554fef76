import { randomUUID } from 'node:crypto'
import type { Deadline, ForeignCookies, StoreEnv } from '@sojourn/core/store'
import { runInTime } from '../sources/run-in-time.ts'
import type {
  ForeignSession,
  SessionSource,
  SourceCall,
  UnreadableRecord,
  VerifiedCookie,
} from '../sources/source.ts'

/** A genuine cookie of a request. */
export interface GenuineCookie extends VerifiedCookie {
  /** Of a source with `hasEqualCookies`: the key that equal cookies have. Then `key` is one of this request alone. */
  readonly equalKey?: string
}

/** A source behind `guardSource`. */
export type GuardedSource = ReturnType<typeof guardSource>

/**
 * Wraps a source so that the migration can rely on it: each call of its store settles within `storeTimeout` (P8), a failure
 * is a `SessionStoreError` and the event `failed`, and after `until` no cookie is genuine any more.
 */
export function guardSource(source: SessionSource, env: StoreEnv) {
  const { clock } = env
  const { library, options } = source
  const run = runInTime(library, env)
  const until = options.until === undefined ? undefined : Number(options.until)

  return {
    library,
    options,
    hasEqualCookies: source.hasEqualCookies ?? false,
    /** When the migration ends, in epoch ms; `undefined` if that is open. */
    until,

    /** Returns the session that the cookies of a request name; `'ambiguous'` if they name several. */
    async verify(cookies: ForeignCookies): Promise<GenuineCookie | 'ambiguous' | undefined> {
      const at = clock()
      if (until !== undefined && at >= until) return undefined
      const [first, ...others] = await source.verify(cookies, at)
      if (others.some(({ key }) => key !== first?.key)) return 'ambiguous'
      return first && source.hasEqualCookies
        ? { ...first, key: randomUUID(), equalKey: first.key }
        : first
    },

    /** Returns the session as it is now; `undefined` if it is gone. */
    async find({
      key,
      session,
      limits,
    }: VerifiedCookie): Promise<ForeignSession | UnreadableRecord | undefined> {
      if (session) return session
      const found = await run('find', async ({ signal }) =>
        source.find?.(key, { at: clock(), signal }),
      )
      return found && limits ? { ...found, ...limits } : found
    },

    /** Ends the session where its library can end it. */
    async end(key: string): Promise<void> {
      await run('end', async (deadline) => source.end?.(key, callBy(deadline)))
    },
  }

  /** The signal is made when the source reads it. */
  function callBy(deadline: Deadline): SourceCall {
    return {
      at: clock(),
      get signal() {
        return deadline.signal
      },
    }
  }
}
