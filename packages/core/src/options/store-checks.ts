import { SessionUsageError } from '../errors.ts'
import type { SessionStore, StoreEnv, StoreFactory, StoreSupports } from '../store/store.ts'
import { check } from '../util/check.ts'
import type { MismatchPolicy } from './fingerprint.ts'
import type { SessionOptions } from './options.ts'

/** What options need of the store. Without it an option would have no effect, so it is refused. */
const requirements: readonly (readonly [
  option: keyof SessionOptions,
  needed: keyof StoreSupports,
])[] = [
  ['limit', 'limit'],
  ['merge', 'conditionalWrite'],
  ['rotationInterval', 'conditionalWrite'],
  ['rotationGrace', 'conditionalWrite'],
  ['onReplay', 'conditionalWrite'],
]

/**
 * Calls a store factory. A function such as `memoryStore`, passed without being called, is given the manager's environment
 * for its own options, and complains of those; the message then says what is wrong.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`, `ERR_SECRET_WEAK`.
 */
export function createStore(factory: StoreFactory, env: StoreEnv): SessionStore {
  try {
    const store = factory(env)
    checkStore(store)
    return store
  } catch (error) {
    if (!/store$/i.test(factory.name) || !(error instanceof SessionUsageError)) throw error
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      `store is the function ${factory.name} itself, not what it returns. Call it: store: ${factory.name}(…)`,
      error,
    )
  }
}

/**
 * Checks that the factory has returned a store. It has not if `memoryStore` was passed in place of `memoryStore()`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
function checkStore(store: Partial<SessionStore>): void {
  if (typeof store?.open === 'function' && store.codec) return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'store did not answer a store when the manager called it. Call it first: store: memoryStore(), not store: memoryStore.',
  )
}

/**
 * Checks that the store can do what the options need.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`, with the name of the option.
 */
export function checkSupport(
  options: SessionOptions,
  { supports, openById }: SessionStore,
  onMismatch: MismatchPolicy | undefined,
): void {
  if (options.acting && !openById)
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'acting is set, and this store cannot look up the session of whoever acts: it keeps sessions in their cookies. Leave acting out, or use a store that keeps them on the server.',
    )
  check(
    onMismatch !== 'destroy' || supports.revocation,
    "fingerprint.onMismatch is 'destroy', and this store cannot end a session",
    "Give 'reauthenticate' or 'event', or use a store whose supports.revocation is true, such as cookieStore({ revocations })",
  )
  check(
    !options.deviceBound || supports.conditionalWrite,
    'deviceBound is set, and this store keeps sessions in their cookies: a copy from before the binding would open for ever',
    'Leave deviceBound out, or use a store whose supports.conditionalWrite is true',
  )
  for (const [option, needed] of requirements) {
    if (options[option] === undefined || supports[needed]) continue
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      `${option} is set and this store cannot enforce it. Leave ${option} out, or use a store whose supports.${needed} is true.`,
    )
  }
}
