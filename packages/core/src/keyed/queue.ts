import { SessionStoreError } from '../errors.ts'
import type { Awaitable } from '../util/and-then.ts'
import { isThenable } from '../util/is-thenable.ts'

/**
 * Runs a task after all earlier tasks of the same key. Tasks of different keys do not wait for each other. Returns a promise,
 * unless there is no earlier task and the task itself returns none.
 */
export type Queue = <Result>(key: string, task: () => Awaitable<Result>) => Awaitable<Result>

/**
 * Returns a queue per key that keeps nothing for a key without tasks.
 *
 * If a task fails with a `SessionStoreError`, the tasks queued behind it fail with the same error at once. Otherwise a
 * hundred of them would wait for the same deadline one after another (P8).
 */
export function createQueue(): Queue {
  const tails = new Map<string, Promise<SessionStoreError | undefined>>()
  return (key, task) => {
    const previous = tails.get(key)
    const run = previous
      ? previous.then((error) => (error ? Promise.reject(error) : task()))
      : task()
    if (!isThenable(run)) return run
    const tail: Promise<SessionStoreError | undefined> = run.then(
      () => remove(key, tail),
      (error) => remove(key, tail) ?? (error instanceof SessionStoreError ? error : undefined),
    )
    tails.set(key, tail)
    return run
  }

  function remove(key: string, tail: Promise<unknown>): undefined {
    if (tails.get(key) === tail) tails.delete(key)
  }
}
