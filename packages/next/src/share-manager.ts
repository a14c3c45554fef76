import type { SessionManager } from '@sojourn/core'

/** The same symbol for every copy of this module: Next.js makes one for each bundle, and another after each change. */
const key = Symbol.for('sojourn.next.managers/1')

/**
 * Returns the manager that `create` returned the first time in this process. Next.js loads a module once for each of its
 * bundles, and in development again after each change of the code: all must share one manager and its store. A change of the
 * options shows after a restart.
 * @param name another one for a second manager. @default 'session'
 *
 * @example
 * ```ts
 * import { createSessionManager, envConfig } from '@sojourn/core'
 * import { shareManager } from '@sojourn/next'
 * import { memoryStore } from '@sojourn/store-memory'
 *
 * export const manager = shareManager(() =>
 *   createSessionManager(envConfig(process.env.SESSION_SECRET, { store: memoryStore() })),
 * )
 * ```
 */
export function shareManager<Data extends object>(
  create: () => SessionManager<Data>,
  name = 'session',
): SessionManager<Data> {
  const process = globalThis as { [key]?: Map<string, unknown> }
  process[key] ??= new Map()
  const managers = process[key] as Map<string, SessionManager<Data>>
  const manager = managers.get(name) ?? create()
  managers.set(name, manager)
  return manager
}
