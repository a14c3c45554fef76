import type { StoreEnv } from '@sojourn/core/store'
import type { StoreMutant } from './mutant.ts'

/** The environment of the first manager over a storage. */
const firstEnvs = new WeakMap<object, StoreEnv>()

/** Stores that share what belongs to one namespace, or keep what revokeEverybody ends. */
export const boundaryMutants: readonly StoreMutant[] = [
  {
    name: 'shares-keys-between-namespaces',
    breaks: ['P14.11', 'P14.1', 'P14.2', 'P14.3'],
    store: (factory, entries) => (env) => {
      const { keyring, ids } = firstEnvs.get(entries) ?? env
      if (!firstEnvs.has(entries)) firstEnvs.set(entries, env)
      return factory({ ...env, keyring, ids })
    },
  },
  {
    name: 'begins-no-epoch',
    breaks: ['P14.5', 'P14.6', 'P14.7', 'P14.10'],
    store: (factory) => (env) => {
      const { epochs, ...store } = factory(env)
      return epochs ? { ...store, epochs: { ...epochs, renew: async () => undefined } } : store
    },
  },
  {
    name: 'ends-everybody-by-a-mark-alone',
    breaks: ['P10.15', 'P10.16', 'P5.4', 'P14.11', 'P14.5', 'P14.10'],
    backend: () => ({ async *scan() {} }),
  },
  {
    name: 'asks-for-the-epochs-before-each-read',
    breaks: ['P7.9'],
    store: (factory) => (env) => {
      const store = factory(env)
      return {
        ...store,
        async open(tokens, offers) {
          await store.epochs?.sync()
          return store.open(tokens, offers)
        },
      }
    },
  },
  {
    name: 'opens-a-forged-row',
    breaks: ['P14.8', 'P14.9'],
    store: (factory) => (env) => {
      const refusalOf: StoreEnv['ids']['refusalOf'] = (record) => {
        const refusal = env.ids.refusalOf(record)
        return refusal === 'foreign' ? undefined : refusal
      }
      return factory({ ...env, ids: { ...env.ids, refusalOf } })
    },
  },
  {
    name: 'forgets-whose-session-to-revoke',
    breaks: ['P14.3'],
    manager: (manager) => ({ ...manager, revoke: (id) => manager.revoke(id) }),
  },
  {
    name: 'takes-any-id-for-its-own',
    breaks: ['P14.11', 'P14.3', 'P14.4', 'P14.5', 'P14.6'],
    store: (factory) => (env) => {
      Object.assign(env.ids, { isOwn: () => true }) // the manager has the same ids
      return factory(env)
    },
  },
]
