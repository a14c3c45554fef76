import { randomBytes } from 'node:crypto'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import type { BackendSuiteOptions } from './backend-suite.ts'
import { startOfCases } from './operation-log.ts'
import { type StoreSuiteOptions, storeSuite } from './store-suite.ts'
import type { Suite } from './suite.ts'

/** How `storeSuiteOver` opens the backend: as `backendSuite` does. */
export type StoreSuiteOverOptions = Pick<
  BackendSuiteOptions,
  'open' | 'name' | 'exempt' | 'seed' | 'timeoutMs'
> &
  Pick<StoreSuiteOptions, 'atOnce'>

/** Returns true if a backend has its outcomes at once: then the promises are worth a second run, with `atOnce`. */
export async function hasOutcomesAtOnce(open: BackendSuiteOptions['open']): Promise<boolean> {
  const backend = await open({ step: async () => undefined })
  const call = { at: startOfCases, signal: new AbortController().signal }
  const found: unknown = backend.find('probe.id', call)
  await found
  await backend.close()
  return typeof Object(found).then !== 'function'
}

/**
 * Returns the promises P1 to P14 as cases over `keyedStore(backend)`. The managers of a case share one backend. There is no
 * dump, so P5.1 is not offered.
 *
 * @example
 * ```ts
 * import { register, storeSuiteOver } from '@sojourn/conformance/store'
 * import { test } from 'vitest'
 *
 * register(await storeSuiteOver({ open: () => myBackend() }), { test })
 * ```
 */
export async function storeSuiteOver(options: StoreSuiteOverOptions): Promise<Suite> {
  const { open, name = 'a session backend', ...others } = options
  const form = options.atOnce ? ', outcomes at once' : ''
  const step = async () => undefined
  const first = await open({ step })
  const { retention: _, ...supports } = first.supports
  await first.close()
  return storeSuite({
    ...others,
    name: `${name}, suite /store${form}`,
    supports,
    revokesEverybody: supports.revocation && supports.scan,
    async open() {
      const backend = await open({ step })
      const secret = randomBytes(32)
      return {
        connect: (config, wrap) =>
          createSessionManager(devConfig(secret, { ...config, store: keyedStore(wrap(backend)) })),
        close: () => backend.close(),
      }
    },
  })
}
