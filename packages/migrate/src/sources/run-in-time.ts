import { SessionStoreError } from '@sojourn/core'
import { Deadline, type StoreEnv, withDeadline } from '@sojourn/core/store'

/** Runs one operation of another library's store. */
export type RunInTime = <Result>(
  operation: 'find' | 'replace' | 'touch' | 'remove' | 'end',
  call: (deadline: Deadline) => Promise<Result>,
) => Promise<Result>

/**
 * Returns what runs the operations of another library's store: each settles within `storeTimeout` (P8), and a failure is a
 * `SessionStoreError` and the event `failed`.
 * @param of What the operations are of, for the error: `'a SessionX record'`.
 */
export function runInTime(of: string, { policy, emit }: StoreEnv): RunInTime {
  return async (operation, call) =>
    await withDeadline(call, {
      timeoutMs: policy.storeTimeout,
      operation: `${operation} of ${of}`,
      deadline: new Deadline(),
      onError: (error) => {
        if (error instanceof SessionStoreError) emit('failed', { operation, error })
      },
    })
}
