import { randomBytes } from 'node:crypto'
import { vi } from 'vitest'
import { type Codec, jsonCodec } from '../src/data/codec.ts'
import { createEvents } from '../src/events.ts'
import { createTransports } from '../src/http/transports.ts'
import type { KeyedContext } from '../src/keyed/context.ts'
import { guardBackend } from '../src/keyed/guarded-backend.ts'
import { keyedStore } from '../src/keyed/keyed-store.ts'
import { createRowSigner } from '../src/keyed/row-signature.ts'
import { createRows } from '../src/keyed/rows.ts'
import type { ConfigOptions } from '../src/options/options.ts'
import { devConfig } from '../src/options/presets.ts'
import { resolveConfig } from '../src/options/resolve-config.ts'
import { createKeyring } from '../src/record/keyring.ts'
import {
  createRecord,
  type RecordSeed,
  type SessionId,
  type SessionRecord,
} from '../src/record/record.ts'
import { createSessionIds } from '../src/record/session-ids.ts'
import { hashSecret, mintSecret, mintToken } from '../src/record/token.ts'
import { TokenVerifier } from '../src/record/token-verifier.ts'
import type { ManagerContext } from '../src/session/state.ts'
import type { OpenedSession } from '../src/store/opened-session.ts'
import type { StoreEnv, StorePolicy } from '../src/store/store.ts'
import { createTracing } from '../src/tracing.ts'
import { testBackend } from './support.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour
export const t0 = Date.UTC(2030, 0, 1)

/** The policy of a manager with the default options. */
export const policy: StorePolicy = {
  storeTimeout: 1_000,
  touchInterval: minute,
  maxDataBytes: 65_536,
  maxAge: day,
  absoluteTimeout: 30 * day,
  persistent: true,
  onReplay: 'destroy',
  merge: undefined,
  rotationInterval: 15 * minute,
  rotationGrace: 30_000,
}

/** The encoding of data, as `jsonCodec` writes it. */
export const encoded = (data: object): Uint8Array => jsonCodec.encode(data)

/** The keys of all environments here, so that the ids of `freshRecord` are those of any of them. */
const keyring = createKeyring({ secretKey: randomBytes(32), cookieName: 'sid' })

/** Returns an id of a user, or of an anonymous session. */
export const mintId = (userId?: string): SessionId => createSessionIds(keyring).mint(userId)

/** A new record, anonymous unless `seed` says otherwise, and the secret that opens it. */
export function freshRecord(seed: Partial<RecordSeed> = {}): {
  record: SessionRecord
  secret: string
} {
  const secret = mintSecret()
  const record = createRecord({
    id: mintId(seed.userId),
    secretHash: hashSecret(secret),
    at: t0,
    maxAge: day,
    absoluteTimeout: 30 * day,
    persistent: true,
    ...seed,
  })
  return { record, secret }
}

/** The environment in which a manager makes its store, with a clock that only the test moves. */
export function storeEnv(changed: Partial<StorePolicy> = {}) {
  const clock = { now: t0 }
  const emit = vi.fn<StoreEnv['emit']>()
  const env: StoreEnv = {
    keyring,
    ids: createSessionIds(keyring),
    clock: () => clock.now,
    codec: undefined,
    cookieName: 'sid',
    emit,
    tracing: createTracing(() => undefined).tracing,
    warn: () => undefined,
    policy: { ...policy, ...changed },
  }
  return { env, clock, emit }
}

/** What the operations of one keyed store share, over a backend in memory. */
export function keyedContext(changed: Partial<StorePolicy> = {}, over = testBackend()) {
  const { env, clock, emit } = storeEnv(changed)
  const codecs: readonly [Codec] = [jsonCodec]
  const keys = env.keyring.derive('token')
  const signer = createRowSigner(env.keyring)
  const context: KeyedContext = {
    backend: guardBackend(over.backend, { storeTimeout: env.policy.storeTimeout, emit }),
    rows: createRows({ codecs, policy: env.policy, ids: env.ids, emit, signer }),
    signer,
    codec: jsonCodec,
    epochs: undefined,
    env,
    verifier: new TokenVerifier(keys),
    tokenOf: ({ id }, content) => mintToken(id, content, keys()),
  }
  /** Keeps a session as if another process had written it; the context knows nothing of it. */
  const keep = (opened: OpenedSession): void => {
    const rows = createRows({ codecs, policy: env.policy, ids: env.ids, emit, signer })
    const lineage = { version: 'first', priorVersions: [] }
    const row = rows.write(rows.withOrigin(opened, { lineage, presented: undefined }))
    over.rows.set(opened.record.id, row)
  }
  return { ...over, context, clock, emit, keep }
}

/** What a manager's functions share, over a backend in memory. */
export function sessionContext(options: Partial<ConfigOptions> = {}) {
  const over = testBackend()
  const clock = { now: t0 }
  const emit = vi.fn<ManagerContext['emit']>()
  const warn = vi.fn<(message: string) => void>()
  const config = resolveConfig(
    devConfig(randomBytes(32), {
      store: keyedStore(over.backend),
      clock: () => clock.now,
      warn,
      ...options,
    }),
  )
  const { keyring, codec, cookieName } = config
  const ids = createSessionIds(keyring)
  const { tracing } = createTracing(warn)
  const env = {
    keyring,
    ids,
    clock: config.clock,
    codec,
    cookieName,
    emit,
    tracing,
    warn,
    policy: config,
  }
  const store = config.store(env)
  const chunks = { cookieName, maxCookies: store.maxCookies ?? 1 }
  const transports = createTransports(config.tokenIn, { writer: config.cookie, chunks })
  const context: ManagerContext = {
    config,
    store,
    transports,
    foreignCookies: undefined,
    tokenHeaders: transports.map(({ header }) => header),
    codec: store.codec,
    ids,
    emit,
    heard: createEvents(warn).heard,
    tracing,
    warnOnce: warn,
  }
  return { ...over, context, clock, emit, warn }
}
