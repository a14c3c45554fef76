import type { BreakableBackend } from './backend-fixture.ts'

/**
 * Runs a function that the author of the backend has written for the suite. Its error names it: it would look like one of the
 * backend else.
 *
 * @throws Error `<name> of the tested module has failed`, with what it threw as the cause.
 */
export async function runHook<Result>(
  name: string,
  hook: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await hook()
  } catch (error) {
    throw new Error(`${name}() of the tested module has failed`, { cause: error })
  }
}

/** Returns the breakable backend with hooks that name themselves. It is mended once, and only if it was broken. */
export function mendedOnce({ backend, breakDatabase, mend }: BreakableBackend): BreakableBackend {
  let isBroken = false
  return {
    backend,
    async breakDatabase() {
      await runHook('breakDatabase', breakDatabase)
      isBroken = true
    },
    async mend() {
      if (!isBroken) return
      isBroken = false
      await runHook('mend', mend)
    },
  }
}
