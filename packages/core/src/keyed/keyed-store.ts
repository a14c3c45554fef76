import { type Codec, jsonCodec } from '../data/codec.ts'
import { SessionUsageError } from '../errors.ts'
import { mintToken } from '../record/token.ts'
import { TokenVerifier } from '../record/token-verifier.ts'
import type { SessionBackend } from '../store/backend.ts'
import type { SessionStore, StoreEnv, StoreFactory } from '../store/store.ts'
import { checkOptions } from '../util/check-options.ts'
import type { KeyedContext } from './context.ts'
import { createCreate } from './create.ts'
import { createEnd } from './end.ts'
import { createEpochs } from './epochs.ts'
import { guardBackend } from './guarded-backend.ts'
import { createImports } from './import.ts'
import { createInspection } from './inspect.ts'
import { createOpen } from './open.ts'
import { checkSignRows, createRowSigner, type SignRows } from './row-signature.ts'
import { createRows } from './rows.ts'
import { createSave } from './save.ts'
import { createSweep } from './sweep.ts'
import { createUsers } from './users.ts'

/** Options of `keyedStore`. */
export interface KeyedStoreOptions {
  /** Encodes `data` where the application configures no codec. @default jsonCodec */
  readonly codec?: Codec
  /** Further codecs for reading: rows that they wrote stay readable. `jsonCodec` is always among them. @default [] */
  readonly reads?: readonly Codec[]
  /**
   * True: each row is signed with a key derived from `secretKey`, and a row that is not, or was changed, opens no session;
   * so write access to the database is not enough to change what a session holds. `'write'`: rows are signed, and unsigned ones are still
   * opened, for the transition. @default false
   */
  readonly signRows?: SignRows
}

/**
 * Returns a store that keeps each session as one row of a database. The backend stores rows by id; everything about
 * tokens, hashing, encoding, merging, deadlines and retries is done here, once for all databases.
 *
 * | operation        | file      | calls of the backend                              |
 * |------------------|-----------|---------------------------------------------------|
 * | `open`, `peek`   | open.ts   | one `find`; none for a token that is not genuine  |
 * | `openById`       | open.ts   | one `find`                                        |
 * | `create`         | create.ts | one `insert`                                      |
 * | `save`           | save.ts   | one `replace` or `touch`, again after a conflict  |
 * | `end`, `endById` | end.ts    | one `remove`                                      |
 * | `users`          | users.ts  | `list`, `removeGroup`                             |
 * | `inspection`     | inspect.ts | `scan`, `find`; used by operators only           |
 * | `imports`        | import.ts | `insert`, `find`; used by migrations only         |
 * | `epochs`         | epochs.ts | one `find` a second, beside that of a `create`    |
 *
 * The operations share a `KeyedContext` (context.ts): the backend behind deadline, contract checks and resends
 * (guarded-backend.ts), the translation between rows and sessions (rows.ts), and the keys of tokens.
 *
 * `users` exists where the backend supports `list`, `inspection` where it supports `scan`, `imports` where it supports `conditionalWrite` and `revocation`.
 *
 * @param backend A backend, or a function that makes one for a manager.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `backend` is not a backend, or for an unknown option.
 * @example
 * ```ts
 * const manager = createSessionManager(
 *   defaultConfig(secretFromFile('/run/secrets/session'), { store: keyedStore(memoryBackend()) }),
 * )
 * ```
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
  checkOptions(options, { codec: true, reads: true, signRows: true }, 'keyedStore()')
  const { signRows = false } = options
  checkSignRows(signRows)
  return (env) => createStore(typeof backend === 'function' ? backend(env) : backend, options, env)
}

function createStore(
  backend: SessionBackend,
  options: KeyedStoreOptions,
  env: StoreEnv,
): SessionStore {
  const context = createContext(backend, options, env)
  const { backend: guarded, codec, epochs } = context
  const { conditionalWrite, revocation, list, limit, scan } = backend.supports

  return {
    codec,
    supports: { conditionalWrite, revocation, list, limit, scan },
    ...createOpen(context),
    create: createCreate(context),
    save: createSave(context),
    ...createEnd(context),
    ...(epochs ? { epochs } : {}),
    ...(list ? { users: createUsers(context) } : {}),
    ...(scan ? { inspection: createInspection(context) } : {}),
    ...(conditionalWrite && revocation ? { imports: createImports(context) } : {}),
    ...(backend.onExpired ? { onExpired: backend.onExpired.bind(backend) } : {}),
    ping: async () => guarded.ping(env.clock()),
    close: () => backend.close(),
  }
}

function createContext(
  backend: SessionBackend,
  options: KeyedStoreOptions,
  env: StoreEnv,
): KeyedContext {
  const { emit, policy, ids, tracing } = env
  const keys = env.keyring.derive('token')
  const writer = env.codec ?? options.codec ?? jsonCodec
  const readers = [options.codec, ...(options.reads ?? []), jsonCodec]
  const guarded = guardBackend(backend, { storeTimeout: policy.storeTimeout, emit, tracing })
  const { conditionalWrite, revocation, scan } = backend.supports
  const signer = createRowSigner(env.keyring, options.signRows)
  const rows = createRows({
    codecs: [writer, ...readers.filter((codec) => codec !== undefined)],
    policy,
    ids,
    emit,
    signer,
  })
  const canEndAll = conditionalWrite && revocation && scan
  return {
    backend: guarded,
    epochs: canEndAll ? createEpochs(guarded, env, createSweep(guarded, rows, env)) : undefined,
    rows,
    signer,
    codec: writer,
    env,
    verifier: new TokenVerifier(keys),
    tokenOf: ({ id }, content) => mintToken(id, content, keys()),
  }
}

function isBackend(backend: unknown): boolean {
  return typeof backend === 'function' || typeof Object(backend).find === 'function'
}
