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
import type { Migration } from './migration.ts'
import { createLook, createOpen } from './open.ts'
import { createSave } from './save.ts'
import { createSourceSessions } from './source-sessions.ts'
import { createUsers } from './users.ts'

/** Between which stores sessions move, and whether they do yet. */
export interface MigrationOptions {
  /** The store that sessions leave; it must be able to end them for good (`supports.revocation`). */
  readonly from: StoreFactory
  /** The store that takes them over; any keyed store. */
  readonly to: StoreFactory
  /**
   * Whether sessions begin in `to` and move there. `false` is for the step before that: a server that finds sessions in
   * both and begins them in `from`, so that servers which know only `from` are not left behind.
   * @default true
   */
  readonly move?: boolean
}

/**
 * One store made of two, for the time in which sessions move from one to the other and nobody may be logged out by it.
 * `to` is asked first, `from` only for what `to` does not know. A session found in `from` moves with its next write, a
 * touch included: it keeps id, times, limits and user, ends in `from` for good, and where both stores are keyed it keeps
 * its token. What both stores can keep of the promises is kept throughout; see docs/how-to/migrate-between-stores.md.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`, when the manager makes it, for stores between which nothing can move.
 */
export function migrateStore(options: MigrationOptions): StoreFactory {
  const { from, to, move = true } = checkOptions(options, known, 'migrateStore()')
  if (typeof from !== 'function' || typeof to !== 'function' || from === to)
    throw invalid('migrateStore() takes two different stores. Give from: and to:, each one store')
  check(typeof move === 'boolean', `move is ${String(move)}`, 'Give true or false')
  return (env) => connect(join(from(env), to(env), { env, isMoving: move }))
}

const known = { from: true, to: true, move: true } as const

/** Checks that sessions can move at all: out of `from` for good, into `to` once. */
function join(
  from: SessionStore,
  to: SessionStore,
  rest: Pick<Migration, 'env' | 'isMoving'>,
): Migration {
  if (!from.supports.revocation || !from.endById)
    throw invalid(
      'Sessions cannot leave a store that cannot end them: the old token would go on working. Give it the means, such as cookieStore({ revocations })',
    )
  const { imports } = to
  if (imports) return { from, to, imports, endById: createEndById(from, to), ...rest }
  throw invalid(
    'Sessions cannot be moved into this store, because nothing in it decides between two requests that move one. Move to a keyed store, such as one for Redis',
  )
}

function connect(migration: Migration): SessionStore {
  const { from, to, endById, isMoving } = migration
  const guests = createSourceSessions(migration)
  const users = createUsers(migration)
  const both = (name: keyof SessionStore['supports']) => from.supports[name] && to.supports[name]

  return {
    codec: to.codec,
    supports: {
      conditionalWrite: both('conditionalWrite'),
      revocation: both('revocation'),
      list: users !== undefined,
      limit: both('limit'),
    },
    maxCookies: Math.max(from.maxCookies ?? 1, to.maxCookies ?? 1),
    open: createOpen(migration, guests, users),
    peek: createLook(migration, guests),
    create,
    save: createSave(migration, guests),
    end,
    endById,
    ...(users ? { users } : {}),
    ping: async () => void (await Promise.all([from.ping(), to.ping()])),
    close: async () => void (await Promise.all([from.close(), to.close()])),
  }

  async function create(
    draft: Draft,
    options: Parameters<SessionStore['create']>[1],
  ): Promise<CreateOutcome> {
    const creation = isMoving
      ? await to.create(draft, options)
      : guests.showCreated(await from.create(guests.draftFor(draft), options))
    if (creation.created) for (const id of creation.evicted) await endById(id, 'evicted')
    return creation
  }

  /** In both, whichever it is in, because it may be on its way; see `createEndById`. */
  async function end(opened: OpenedSession, reason: EndReason): Promise<EndOutcome> {
    const guest = guests.get(opened)
    const here = await from.end(guest?.origin ?? opened, reason)
    const there = await to.end(opened, reason)
    if (there.last || !guest) return there
    if (here.last) return { last: guests.show(here.last, guest.tokens) }
    return here.before === 'moved' ? there : here
  }
}

/** `from` comes first: whoever has read the session there before then finds in `to` that it has ended (P1). */
function createEndById(from: SessionStore, to: SessionStore): Migration['endById'] {
  return async (id, reason) => {
    const wasHere = (await from.endById?.(id, reason)) ?? false
    return ((await to.endById?.(id, reason)) ?? false) || wasHere
  }
}

function invalid(what: string): SessionUsageError {
  return new SessionUsageError('ERR_CONFIG_INVALID', `${what}.`)
}
