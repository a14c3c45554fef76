import type { SessionInfo, SessionManager, StatsProgress } from '@sojourn/core'
import { dataText } from './data-text.ts'
import { explain } from './explain.ts'
import type { AdminAction, AdminConfig } from './options.ts'
import {
  confirmation,
  type RevokeReply,
  type RevokeUserReply,
  type ScanLine,
  type SessionReply,
  type StatsLine,
  type UserReply,
} from './protocol.ts'
import { readJson } from './read-json.ts'
import { json, lines } from './respond.ts'

/** One request to the API, of an operator. */
interface Asked {
  readonly request: Request
  readonly query: URLSearchParams
  readonly operator: string | undefined
}

type Handle = (asked: Asked) => Response | Promise<Response>
type Handles = Readonly<Record<string, Handle | undefined>>

/** How many sessions a search returns if nothing else is asked for, and at most. */
const [usualLimit, maxLimit] = [50, 500]
const progressEvery = 1_000

/**
 * Returns the API: what `?api=` names, for GET and for POST.
 *
 * | request               | query or body    | response                                         |
 * |-----------------------|------------------|--------------------------------------------------|
 * | `GET ?api=stats`      | `fresh`          | lines of `StatsLine`                             |
 * | `GET ?api=scan`       | `text`, `limit`  | lines of `ScanLine`                              |
 * | `GET ?api=user`       | `user`           | `UserReply`                                      |
 * | `GET ?api=session`    | `id`             | `SessionReply`                                   |
 * | `POST ?api=revoke`    | `{ id }`         | `RevokeReply`                                    |
 * | `POST ?api=revoke-user` | `{ userId }`   | `RevokeUserReply`                                |
 * | `POST ?api=revoke-everybody` | `{ confirm }` | `{}`                                       |
 */
export function createApi<Data extends object>(
  manager: SessionManager<Data>,
  config: AdminConfig<Data>,
): { readonly reads: Handles; readonly writes: Handles } {
  const { by, showData, onError } = config
  const explainError = (error: unknown) => explain(error, onError)

  const reads: Handles = own({
    stats({ query }) {
      // A page that is open asks every few seconds, and need not wait for a scan to show what is known.
      const options = query.has('fresh') ? { maxAge: 1 } : { allowStale: true }
      return lines(
        (signal) =>
          statsLines((onProgress) => manager.stats({ by, onProgress, ...options }), signal),
        explainError,
      )
    },

    scan({ query }) {
      const text = (query.get('text') ?? '').trim().toLowerCase()
      const asked = Number(query.get('limit'))
      const limit = asked >= 1 ? Math.min(asked, maxLimit) : usualLimit
      return lines((signal) => scanLines(manager, { text, limit, signal }), explainError)
    },

    async user({ query }) {
      const user = query.get('user')
      if (!isUserId(user)) return wrong('user')
      return json({ sessions: await manager.sessions(user) } satisfies UserReply)
    },

    async session({ query, operator }) {
      const id = query.get('id')
      if (!id) return wrong('id')
      const session = await manager.inspect(id)
      if (!session) return json({ error: 'This session is not alive.' }, 404)
      if (!showData) return json({ session } satisfies SessionReply)
      const data = await manager.inspect(id, { select: (stored) => dataText(showData(stored)) })
      await record({ operator, action: 'view-data', id })
      return json({ session, data: data ?? 'It cannot be decoded.' } satisfies SessionReply)
    },
  })

  const writes: Handles = own({
    async revoke({ request, operator }) {
      const { id } = await readJson(request)
      if (typeof id !== 'string') return wrong('id')
      const wasAlive = await manager.revoke(id)
      await record({ operator, action: 'revoke', id, wasAlive })
      return json({ wasAlive } satisfies RevokeReply)
    },

    async 'revoke-user'({ request, operator }) {
      const { userId } = await readJson(request)
      if (!isUserId(userId)) return wrong('userId')
      const ended = await manager.revokeAll(userId)
      await record({ operator, action: 'revoke-user', userId, ended })
      return json({ ended } satisfies RevokeUserReply)
    },

    async 'revoke-everybody'({ request, operator }) {
      const { confirm } = await readJson(request)
      if (confirm !== confirmation) return wrong('confirm')
      await manager.revokeEverybody()
      await record({ operator, action: 'revoke-everybody' })
      return json({})
    },
  })
  return { reads, writes }

  /** Tells `audit`. What was done stays done if it fails. */
  async function record(action: AdminAction): Promise<void> {
    try {
      await config.audit(action)
    } catch (error) {
      explainError(error)
    }
  }
}

/** Returns the object without a prototype, so that `?api=constructor` names nothing. */
function own(handles: Handles): Handles {
  return Object.assign(Object.create(null), handles)
}

/** Returns true for what may be a user's id; core refuses the rest as a mistake of the program. */
function isUserId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 1024 && value.isWellFormed()
}

function wrong(field: string): Response {
  return json({ error: `${field} is missing or wrong.` }, 400)
}

/**
 * Yields the progress of a scan whenever the client has read what came before, and then its result. The signal ends the
 * lines; the scan goes on, because others may wait for it and its summary is kept.
 */
async function* statsLines(
  run: (onProgress: (progress: StatsProgress) => void) => Promise<NonNullable<StatsLine['stats']>>,
  signal: AbortSignal,
): AsyncGenerator<StatsLine, void> {
  let progress: StatsProgress | undefined
  let isDone = false
  let wake = () => {}
  const running = run((next) => {
    progress = next
    wake()
  }).finally(() => {
    isDone = true
    wake()
  })
  running.catch(() => undefined) // awaited below
  signal.addEventListener('abort', () => wake())
  while (!isDone) {
    if (signal.aborted) return
    if (progress) {
      const line = { progress }
      progress = undefined
      yield line
    } else
      await new Promise<void>((resolve) => {
        wake = resolve
      })
  }
  yield { stats: await running }
}

/** Yields the sessions whose user, id or client contains a text. */
async function* scanLines<Data extends object>(
  manager: SessionManager<Data>,
  { text, limit, signal }: { text: string; limit: number; signal: AbortSignal },
): AsyncGenerator<ScanLine, void> {
  let [scanned, found] = [0, 0]
  const scan = manager.scan({ signal })
  for await (const session of scan) {
    scanned++
    if (contains(session, text)) {
      found++
      yield { found: session }
    }
    if (found >= limit) break
    if (scanned % progressEvery === 0) yield { scanned }
  }
  yield { done: { scanned, unreadable: scan.unreadable, hasMore: found >= limit } }
}

function contains({ id, userId = '', client }: SessionInfo, text: string): boolean {
  return (
    text === '' ||
    userId.toLowerCase().includes(text) ||
    id.toLowerCase().includes(text) ||
    Object.values(client).some((value) => value.toLowerCase().includes(text))
  )
}
