import { allOperations, createBackendControl } from '@sojourn/conformance/testing'
import type { SessionBackend } from '@sojourn/core/store'
import { memoryBackend } from '@sojourn/store-memory'

const names = ['a', 'b', 'c', 'd', 'e']

/** Returns independent backends in memory, by name. */
export function memories(count: number): Record<string, SessionBackend> {
  const entries = names
    .slice(0, count)
    .map((name) => [name, memoryBackend({ max: Number.POSITIVE_INFINITY })])
  return Object.fromEntries(entries)
}

/** Returns the instances with a `step` before and after each operation, so that operations meet. */
export function interleaved(
  instances: Readonly<Record<string, SessionBackend>>,
  step: () => Promise<void>,
): Record<string, SessionBackend> {
  const entries = Object.entries(instances).map(([name, backend]) => {
    const control = createBackendControl()
    control.intercept(allOperations, async (run) => {
      await step()
      const result = await run()
      await step()
      return result
    })
    return [name, control.wrap(backend)]
  })
  return Object.fromEntries(entries)
}
