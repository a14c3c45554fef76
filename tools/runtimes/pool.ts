/** Calls a function when its turn comes, and resolves as it does. */
export type Pool = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Returns a pool in which at most `size` functions run at once; the others wait in order. */
export function createPool(size: number): Pool {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
