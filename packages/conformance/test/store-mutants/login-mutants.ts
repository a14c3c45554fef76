import { expect } from 'vitest'
import type { StoreMutant } from './mutant.ts'

/** Stores that are wrong about logins which come at once, or by a stale token. */
export const loginMutants: readonly StoreMutant[] = [
  {
    name: 'takes-each-click-for-another-visitor',
    breaks: ['P4.14', 'P4.15', 'P4.23'],
    store: (factory) => (env) => {
      const store = factory(env)
      return {
        ...store,
        create: ({ presented: _, ...draft }, options) => store.create(draft, options),
      }
    },
  },
  {
    name: 'keeps-the-session-of-a-stale-token',
    breaks: ['P4.16'],
    store: (factory) => (env) => {
      const store = factory(env)
      return {
        ...store,
        endById: async (id, reason) =>
          reason !== 'login' && ((await store.endById?.(id, reason)) ?? expect.fail('it ends')),
      }
    },
  },
]
