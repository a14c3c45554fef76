import { SessionStoreError } from '../errors.ts'

/** Runs the tasks of one key one after another; tasks of different keys do not wait for each other. */
export type Queue = <Result>(key: string, task: () => Promise<Result>) => Promise<Result>

/**
 * A queue per key, which leaves nothing behind when it is empty. Who waits behind a task that failed because the store
 * is in trouble fails with it: a hundred waiting one after another for the same deadline would help nobody (P8).
 */
export function createQueue(): Queue {
  const tails = new Map<string, Promise<SessionStoreError | undefined>>()
  return (key, task) => {
    const before = tails.get(key) ?? Promise.resolve(undefined)
    const run = before.then((trouble) => (trouble ? Promise.reject(trouble) : task()))
    const tail: Promise<SessionStoreError | undefined> = run.then(
      () => forget(key, tail),
      (error) => forget(key, tail) ?? (error instanceof SessionStoreError ? error : undefined),
    )
    tails.set(key, tail)
    return run
  }

  function forget(key: string, tail: Promise<unknown>): undefined {
    if (tails.get(key) === tail) tails.delete(key)
  }
}
