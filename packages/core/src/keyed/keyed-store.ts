import { type Codec, jsonCodec } from '../data/codec.ts'
import { SessionUsageError } from '../errors.ts'
import type { EndReason, SessionId } from '../record/record.ts'
import { mintToken } from '../record/token.ts'
import type { SessionBackend } from '../store/backend.ts'
import type { Opened } from '../store/opened.ts'
import type { Ending, SessionStore, StoreEnv, StoreFactory } from '../store/store.ts'
import { checkOptions } from '../util/check-options.ts'
import { createCreate } from './create.ts'
import { guardBackend } from './guarded-backend.ts'
import { createArrivals } from './import.ts'
import { createOpen } from './open.ts'
import { createRows } from './rows.ts'
import { createSave } from './save.ts'
import { createUsers } from './users.ts'

/** What a keyed store may bring along. */
export interface KeyedStoreOptions {
  /** The codec of this store where the application chooses none. @default jsonCodec */
  readonly codec?: Codec
  /** Codecs that write nothing, but whose values are still read. `jsonCodec` always is. @default [] */
  readonly reads?: readonly Codec[]
}

/**
 * Lifts a backend, which knows rows by id, to a store, which knows sessions by token: signing, hashing, verifying,
 * encoding, merging, deadlines and retries are done here, once for all databases.
 */
export function keyedStore(
  backend: SessionBackend | ((env: StoreEnv) => SessionBackend),
  options: KeyedStoreOptions = {},
): StoreFactory {
  if (!isBackend(backend))
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'keyedStore() was given no backend. Pass an object with find, insert, replace and the other operations of SessionBackend.',
    )
  checkOptions(options, { codec: true, reads: true }, 'keyedStore()')
  return (env) => connect(typeof backend === 'function' ? backend(env) : backend, options, env)
}

function connect(backend: SessionBackend, options: KeyedStoreOptions, env: StoreEnv): SessionStore {
  const { clock, emit, policy } = env
  const keys = env.keyring.derive('token')
  const codec = env.codec ?? options.codec ?? jsonCodec
  const guarded = guardBackend(backend, { storeTimeout: policy.storeTimeout, emit })
  const rows = createRows({
    codecs: [codec, ...(options.codec ? [options.codec] : []), ...(options.reads ?? []), jsonCodec],
    policy,
    emit,
  })
  const token = ({ id }: { id: SessionId }, secret: string) => mintToken(id, secret, keys)
  const { conditionalWrite, revocation, list, limit } = backend.supports

  return {
    codec,
    supports: { conditionalWrite, revocation, list, limit },
    ...createOpen({ guarded, rows, env, keys }),
    create: createCreate({ guarded, rows, env, token }),
    save: createSave({ guarded, rows, codec, env, token }),
    end,
    endById: async (id, reason) => (await guarded.remove(id, { at: clock(), reason })) !== null,
    ...(list ? { users: createUsers({ guarded, rows, env }) } : {}),
    ...(conditionalWrite && revocation
      ? { arrivals: createArrivals({ guarded, rows, env, keys, token }) }
      : {}),
    ping: () => guarded.ping(clock()),
    close: () => backend.close(),
  }

  async function end(opened: Opened, reason: EndReason): Promise<Ending> {
    const { id } = opened.record
    const at = clock()
    const row = await guarded.remove(id, { at, reason })
    if (row === null) return { last: undefined, before: await endedBefore(id, at) }
    const last = row === 'unseen' ? opened : rows.read(id, row)
    return { last: last === 'corrupt' ? opened : last }
  }

  async function endedBefore(id: SessionId, at: number): Promise<EndReason | undefined> {
    const found = await guarded.find(id, at)
    return found && 'ended' in found ? found.ended : undefined
  }
}

function isBackend(backend: unknown): boolean {
  return typeof backend === 'function' || typeof Object(backend).find === 'function'
}
