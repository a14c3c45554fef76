import type { SessionBackend } from '@sojourn/core/store'

/** A backend operation that a test can control: all except `scan`, `now` and `close`. */
export type Operation = Exclude<keyof SessionBackend, 'supports' | 'scan' | 'now' | 'close'>

/** The operations that change the database. */
export const writeOperations: readonly Operation[] = [
  'insert',
  'replace',
  'touch',
  'remove',
  'removeGroup',
]

/** All operations that a test can control. */
export const allOperations: readonly Operation[] = [...writeOperations, 'find', 'list', 'ping']

/** The operations whose outcome may be there at once, so that nothing waits for it (`Awaitable`). */
export const awaitableOperations = [
  'find',
  'insert',
  'replace',
  'touch',
] as const satisfies readonly Operation[]

/** One operation or several. */
export type Operations = Operation | readonly Operation[]

/** Runs in place of an operation; `run` makes the call. */
export type Interceptor = <Result>(
  run: () => Promise<Result>,
  operation: Operation,
) => Promise<Result>

/** Returns a backend that runs `interceptor` in place of every operation except `scan`, `now` and `close`. */
export function interceptOperations(
  backend: SessionBackend,
  interceptor: Interceptor,
): SessionBackend {
  return {
    supports: backend.supports,
    find: (id, call) => interceptor(async () => backend.find(id, call), 'find'),
    insert: (id, row, call) => interceptor(async () => backend.insert(id, row, call), 'insert'),
    replace: (id, row, call) => interceptor(async () => backend.replace(id, row, call), 'replace'),
    touch: (id, times, call) => interceptor(async () => backend.touch(id, times, call), 'touch'),
    remove: (id, call) => interceptor(() => backend.remove(id, call), 'remove'),
    list: (group, call) => interceptor(() => backend.list(group, call), 'list'),
    removeGroup: (group, call) =>
      interceptor(() => backend.removeGroup(group, call), 'removeGroup'),
    scan: (call) => backend.scan(call),
    ...(backend.now ? { now: backend.now.bind(backend) } : {}),
    ping: (call) => interceptor(() => backend.ping(call), 'ping'),
    close: () => backend.close(),
  }
}
