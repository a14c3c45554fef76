import { type EndReason, SessionUsageError, type StoreFactory } from '@sojourn/core'
import {
  type CreateOutcome,
  check,
  checkOptions,
  type Draft,
  type EndOutcome,
  type OpenedSession,
  type SessionStore,
} from '@sojourn/core/store'
import type { Migration } from './context.ts'
import { createEpochs } from './epochs.ts'
import { createForeignStore } from './foreign/foreign-store.ts'
import { importsOf } from './imports-of.ts'
import { createInspection } from './inspection.ts'
import { createSave } from './move-session.ts'
import { createOpen, createOpenById, createPeek } from './open.ts'
import { createSourceSessions } from './source-sessions.ts'
import type { SessionSource } from './sources/source.ts'
import { createUsers } from './users.ts'

/** Options of `migrateStore`. */
export interface MigrationOptions {
  /**
   * The store that sessions leave: it must be able to end them for good (`supports.revocation`). Or a source, such as
   * `expressSessionSource()`, for the sessions of another library.
   */
  readonly from: StoreFactory | SessionSource
  /** The store that takes them over: any keyed store. */
  readonly to: StoreFactory
  /**
   * Whether new sessions are created in `to`, and others move there. `false` is for the first deployment: servers that
   * find sessions in both stores and create them in `from`, so that servers with only `from` find them too.
   * @default true
   */
  readonly move?: boolean
  /**
   * With a source: whether an old session stays in its store, and its cookie in the browser, when it is imported. Set it while
   * servers with the old library run; what such a server changes afterwards is not imported again. With `oldServers` of
   * `expressSessionSource` it is a bridge: sessions are the same on both sides, as far as the old library lets them; see
   * docs/how-to/switch-while-both-run.md. `false` with `oldServers` finishes that: old servers have gone, and what they wrote last
   * is still taken over. @default false
   */
  readonly keepOld?: boolean
}

/**
 * Returns one store made of two, for the time in which live sessions move from one to the other. Users stay logged in.
 *
 * Sessions are read from `to` first, and from `from` only if `to` does not have them. A session of `from` moves with its
 * next write, touches included: it keeps its id, times, limits and user, and then ends in `from` for good. Between two
 * keyed stores it keeps its token too. A promise that both stores keep is kept throughout.
 *
 * @see docs/how-to/migrate-between-stores.md
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for options that are not two different stores; and, when the manager is
 * made, if `from` cannot end sessions or `to` cannot import them.
 * @example
 * ```ts
 * const store = migrateStore({
 *   from: cookieStore({ revocations: memoryBackend({ max: Infinity }) }),
 *   to: memoryStore(),
 * })
 * const manager = createSessionManager(defaultConfig(secretFromFile('/run/secrets/session'), { store }))
 * ```
 */
export function migrateStore(options: MigrationOptions): StoreFactory {
  const { from, to, move, keepOld } = checkOptions(options, known, 'migrateStore()')
  const isFromSource = isSource(from)
  if ((typeof from !== 'function' && !isFromSource) || typeof to !== 'function' || from === to)
    throw invalid(
      'migrateStore() takes two different stores, or a source and a store. Give from: and to:, each one of them',
    )
  for (const [name, value] of Object.entries({ move, keepOld }))
    check(
      value === undefined || typeof value === 'boolean',
      `${name} is ${String(value)}`,
      'Give true or false',
    )
  if (isFromSource) {
    check(move === undefined, 'move is set, and from is a source', 'Leave it out; see keepOld')
    check(
      keepOld !== true || from.oldRecords !== undefined || from.options.until !== undefined,
      'keepOld is true, and the source has no until, so it would never be known when an ended session is forgotten',
      'Give the source an until: when the last server with the old library has gone, and a time on top',
    )
    return (env) => createForeignStore({ from, to, keepOld: keepOld ?? false }, env)
  }
  check(keepOld === undefined, 'keepOld is set, and from is a store', 'Leave it out; see move')
  return (env) => createStore(createMigration(from(env), to(env), { env, isMoving: move ?? true }))
}

const known = { from: true, to: true, move: true, keepOld: true } as const

function isSource(from: MigrationOptions['from']): from is SessionSource {
  return typeof Object(from).verify === 'function' && Array.isArray(Object(from).cookieNames)
}

/** Checks that sessions can leave `from` for good and be imported once by `to`. */
function createMigration(
  from: SessionStore,
  to: SessionStore,
  rest: Pick<Migration, 'env' | 'isMoving'>,
): Migration {
  if (!from.supports.revocation || !from.endById)
    throw invalid(
      'Sessions cannot leave a store that cannot end them: the old token would go on working. Give it the means, such as cookieStore({ revocations })',
    )
  return { from, to, imports: importsOf(to), endById: createEndById(from, to), ...rest }
}

function createStore(migration: Migration): SessionStore {
  const { from, to, endById, isMoving } = migration
  const sources = createSourceSessions(migration)
  const users = createUsers(migration)
  const inspection = createInspection(migration)
  const epochs = createEpochs(from, to)
  const openById = createOpenById(migration, sources)
  const both = (name: keyof SessionStore['supports']) => from.supports[name] && to.supports[name]

  return {
    codec: to.codec,
    supports: {
      conditionalWrite: both('conditionalWrite'),
      revocation: both('revocation'),
      list: users !== undefined,
      limit: both('limit'),
      scan: inspection !== undefined,
    },
    maxCookies: Math.max(from.maxCookies ?? 1, to.maxCookies ?? 1),
    open: createOpen(migration, sources, users),
    peek: createPeek(migration, sources),
    create,
    save: createSave(migration, sources),
    end,
    endById,
    ...(openById ? { openById } : {}),
    ...(epochs ? { epochs } : {}),
    ...(users ? { users } : {}),
    onExpired(listener) {
      const removers = [from, to].map((store) => store.onExpired?.(listener))
      return () => {
        for (const remove of removers) remove?.()
      }
    },
    ...(inspection ? { inspection } : {}),
    ping: async () => void (await Promise.all([from.ping(), to.ping()])),
    close: async () => void (await Promise.all([from.close(), to.close()])),
  }

  async function create(
    draft: Draft,
    options: Parameters<SessionStore['create']>[1],
  ): Promise<CreateOutcome> {
    await epochs?.sync()
    const outcome = isMoving
      ? await to.create(draft, options)
      : sources.translateCreated(await from.create(sources.draftForSource(alone(draft)), options))
    if (outcome.created) for (const id of outcome.evicted) await endById(id, 'evicted')
    return outcome
  }

  /** Ends a session in both stores, because another request may be moving it; see `createEndById`. */
  async function end(opened: OpenedSession, reason: EndReason): Promise<EndOutcome> {
    const source = sources.sourceOf(opened)
    const inFrom = await from.end(source?.origin ?? opened, reason)
    const inTo = await to.end(opened, reason)
    if (inTo.last || !source) return inTo
    if (inFrom.last) return { last: sources.translate(inFrom.last, source.tokens) }
    return inFrom.before === 'moved' ? inTo : inFrom
  }
}

/**
 * Ends a session by its id in `from`, then in `to`. In this order, a request that has read the session in `from` before,
 * and moves it, finds in `to` that it has ended (P1).
 */
function createEndById(from: SessionStore, to: SessionStore): Migration['endById'] {
  return async (id, reason) => {
    const wasInFrom = (await from.endById?.(id, reason)) ?? false
    return ((await to.endById?.(id, reason)) ?? false) || wasInFrom
  }
}

/**
 * Returns a draft whose session no parallel login joins. Other servers of the fleet may create sessions in `to` already,
 * and the ids of parallel logins must not be the same in both stores.
 */
function alone({ presented: _, ...draft }: Draft): Draft {
  return draft
}

function invalid(what: string): SessionUsageError {
  return new SessionUsageError('ERR_CONFIG_INVALID', `${what}.`)
}
