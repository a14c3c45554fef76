import type { StoreEnv } from '@sojourn/core/store'
import type { StoreMutant } from './mutant.ts'

/** The environment of the first manager over a storage. */
const firstEnvs = new WeakMap<object, StoreEnv>()

/** Stores that share what belongs to one namespace, or keep what revokeEverybody ends. */
export const boundaryMutants: readonly StoreMutant[] = [
  {
    name: 'shares-keys-between-namespaces',
    breaks: ['P14.1', 'P14.2', 'P14.3'],
    store: (factory, entries) => (env) => {
      const { keyring, ids } = firstEnvs.get(entries) ?? env
      if (!firstEnvs.has(entries)) firstEnvs.set(entries, env)
      return factory({ ...env, keyring, ids })
    },
  },
  {
    name: 'begins-no-epoch',
    breaks: ['P14.5', 'P14.6', 'P14.7'],
    store: (factory) => (env) => {
      const { epochs, ...store } = factory(env)
      return epochs ? { ...store, epochs: { ...epochs, renew: async () => undefined } } : store
    },
  },
]
