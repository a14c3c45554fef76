import { type Codec, jsonCodec } from '../data/codec.ts'
import { SessionUsageError } from '../errors.ts'
import { mintToken } from '../record/token.ts'
import type { SessionBackend } from '../store/backend.ts'
import type { SessionStore, StoreEnv, StoreFactory } from '../store/store.ts'
import { checkOptions } from '../util/check-options.ts'
import type { KeyedContext } from './context.ts'
import { createCreate } from './create.ts'
import { createEnd } from './end.ts'
import { guardBackend } from './guarded-backend.ts'
import { createImports } from './import.ts'
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

function connect(
  database: SessionBackend,
  options: KeyedStoreOptions,
  env: StoreEnv,
): SessionStore {
  const context = createContext(database, options, env)
  const { backend, codec } = context
  const { conditionalWrite, revocation, list, limit } = database.supports

  return {
    codec,
    supports: { conditionalWrite, revocation, list, limit },
    ...createOpen(context),
    create: createCreate(context),
    save: createSave(context),
    end: createEnd(context),
    endById: async (id, reason) => (await backend.remove(id, { at: env.clock(), reason })) !== null,
    ...(list ? { users: createUsers(context) } : {}),
    ...(conditionalWrite && revocation ? { imports: createImports(context) } : {}),
    ping: () => backend.ping(env.clock()),
    close: () => database.close(),
  }
}

function createContext(
  database: SessionBackend,
  options: KeyedStoreOptions,
  env: StoreEnv,
): KeyedContext {
  const { emit, policy } = env
  const keys = env.keyring.derive('token')
  const codec = env.codec ?? options.codec ?? jsonCodec
  const codecs = [options.codec, ...(options.reads ?? []), jsonCodec]
  return {
    backend: guardBackend(database, { storeTimeout: policy.storeTimeout, emit }),
    rows: createRows({
      codecs: [codec, ...codecs.filter((one) => one !== undefined)],
      policy,
      emit,
    }),
    codec,
    env,
    keys,
    tokenOf: ({ id }, secret) => mintToken(id, secret, keys),
  }
}

function isBackend(backend: unknown): boolean {
  return typeof backend === 'function' || typeof Object(backend).find === 'function'
}
