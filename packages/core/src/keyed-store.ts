import type { GroupLimit, Row, SessionBackend } from './backend.ts'
import { type Codec, jsonCodec } from './codec.ts'
import { checkSize } from './data.ts'
import { SessionStoreError } from './errors.ts'
import { guardBackend } from './guard.ts'
import { createRows } from './keyed-rows.ts'
import { createSave } from './keyed-save.ts'
import { createUsers } from './keyed-users.ts'
import { createRecord, type EndReason } from './record.ts'
import type {
  Creation,
  Draft,
  Opened,
  Opening,
  SessionStore,
  StoreEnv,
  StoreFactory,
} from './store.ts'
import {
  type GenuineToken,
  hashSecret,
  mintId,
  mintSecret,
  mintToken,
  mintVersion,
  opens,
  verifyToken,
} from './token.ts'

/** What a keyed store may bring along. */
export interface KeyedStoreOptions {
  /** The codec of this store where the application chooses none. @default jsonCodec */
  readonly codec?: Codec
}

/**
 * Lifts a backend, which knows rows by id, to a store, which knows sessions by token: signing, hashing, verifying,
 * encoding, merging, deadlines and retries are done here, once for all databases.
 */
export function keyedStore(
  backend: SessionBackend | ((env: StoreEnv) => SessionBackend),
  options: KeyedStoreOptions = {},
): StoreFactory {
  return (env) => connect(typeof backend === 'function' ? backend(env) : backend, options, env)
}

function connect(backend: SessionBackend, options: KeyedStoreOptions, env: StoreEnv): SessionStore {
  const { clock, emit, policy } = env
  const keys = env.keyring.derive('token')
  const codec = env.codec ?? options.codec ?? jsonCodec
  const guarded = guardBackend(backend, { storeTimeout: policy.storeTimeout, emit })
  const rows = createRows({
    codecs: [codec, ...(options.codec ? [options.codec] : []), jsonCodec],
    policy,
    emit,
  })
  const token = (record: Opened['record'], secret: string) => mintToken(record.id, secret, keys)

  return {
    codec,
    supports: {
      conditionalWrite: backend.supports.conditionalWrite,
      revocation: backend.supports.revocation,
      list: backend.supports.list,
      limit: backend.supports.limit,
    },
    open,
    create,
    save: createSave({ guarded, rows, codec, env, token }),
    end,
    ...(backend.supports.list ? { users: createUsers({ guarded, rows, env }) } : {}),
    ping: () => guarded.ping(clock()),
    close: () => backend.close(),
  }

  async function open(tokens: readonly string[]): Promise<Opening> {
    const genuine = pickGenuine(tokens)
    if (typeof genuine === 'string') return { outcome: 'discarded', why: genuine, id: undefined }
    const [{ id }] = genuine
    const at = clock()
    const found = await guarded.find(id, at)
    if (found === null) return { outcome: 'discarded', why: 'unknown', id }
    if ('ended' in found) return { outcome: 'ended', id, reason: found.ended }
    const opened = rows.read(id, found)
    if (opened === 'corrupt') return { outcome: 'discarded', why: 'corrupt', id }
    if (rows.expiryOf(opened) <= at) return { outcome: 'discarded', why: 'expired', id }
    const isOpen = genuine.some(({ secret }) => opens(secret, opened.record.verifier.current))
    return isOpen ? { outcome: 'open', opened } : { outcome: 'ended', id, reason: 'stale' }
  }

  /** The genuine ones among the values of a cookie, all of one session; or why there is none. */
  function pickGenuine(
    tokens: readonly string[],
  ): readonly [GenuineToken, ...GenuineToken[]] | 'malformed' | 'forged' | 'ambiguous' {
    const verified = tokens.map((value) => verifyToken(value, keys))
    const [first, ...others] = verified.filter((value) => typeof value !== 'string')
    if (!first) return verified.includes('forged') ? 'forged' : 'malformed'
    return others.every(({ id }) => id === first.id) ? [first, ...others] : 'ambiguous'
  }

  async function create(draft: Draft, { limit }: { limit?: GroupLimit }): Promise<Creation> {
    checkSize(draft.data, policy.maxDataBytes)
    const { userId } = draft
    const group = userId === undefined ? undefined : env.keyring.userGroup(userId)
    const [first, second] = [draft.id ?? mintId(group), mintId(group)]
    const creation = (await insert(draft, first, limit)) ?? (await insert(draft, second, limit))
    if (creation) return creation
    throw new SessionStoreError(
      'ERR_STORE_CONTRACT',
      'The backend answered twice that a new random id is taken, which breaks clause 2. Check that it compares whole ids.',
    )
  }

  async function insert(
    draft: Draft,
    id: string,
    limit: GroupLimit | undefined,
  ): Promise<Creation | null> {
    const at = clock()
    const secret = mintSecret()
    const record = createRecord({ ...draft, id, at, secretHash: hashSecret(secret) })
    const opened: Opened = { record, touchedAt: at, data: draft.data }
    const row: Row = rows.write(opened, { version: mintVersion(), priorVersions: [] })
    const outcome = await guarded.insert(id, row, limit ? { at, limit } : { at })
    if (outcome.inserted)
      return { created: true, opened, token: token(record, secret), evicted: outcome.evicted }
    return outcome.why === 'limit' ? { created: false, why: 'limit' } : null
  }

  async function end(opened: Opened, reason: EndReason): Promise<Opened | null> {
    const { id } = opened.record
    const row = await guarded.remove(id, { at: clock(), reason })
    if (row === null) return null
    if (row === 'unseen') return opened
    const last = rows.read(id, row)
    return last === 'corrupt' ? opened : last
  }
}
