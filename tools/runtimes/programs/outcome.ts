/** So long may a program take: one that hangs is named, and ends the run. */
const timeoutMs = 120_000

/** Returns what becomes of a program, as tools/runtimes/run-programs.ts reads it. */
export async function outcomeOf(name: string, load: () => Promise<void>) {
  const start = performance.now()
  const error = await errorOf(load)
  const ms = Math.round(performance.now() - start)
  return { name, ms, error }
}

async function errorOf(prove: () => Promise<void>): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`hangs after ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    await Promise.race([prove(), hangs])
    return undefined
  } catch (error) {
    return error instanceof Error ? `${error.stack}` : String(error)
  } finally {
    clearTimeout(timer)
  }
}
