/** Runs the tasks of one key one after another; tasks of different keys do not wait for each other. */
export type Queue = <Result>(key: string, task: () => Promise<Result>) => Promise<Result>

/** A queue per key, which leaves nothing behind when it is empty. */
export function createQueue(): Queue {
  const tails = new Map<string, Promise<void>>()
  return (key, task) => {
    const before = tails.get(key)
    const run = before ? before.then(task) : task()
    const tail: Promise<void> = run.then(
      () => forget(key, tail),
      () => forget(key, tail),
    )
    tails.set(key, tail)
    return run
  }

  function forget(key: string, tail: Promise<void>): void {
    if (tails.get(key) === tail) tails.delete(key)
  }
}
