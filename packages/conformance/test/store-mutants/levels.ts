import type { Factor } from '@sojourn/core'
import type { Elevation, OpenedSession, SessionRecord, SessionStore } from '@sojourn/core/store'
import { expect } from 'vitest'
import type { StoreMutant } from './mutant.ts'

/** Stores that are wrong about what a user has proved, or about who acts as a user. */
export const levelMutants: readonly StoreMutant[] = [
  mutate('creates-without-factors', 'P4.17 P4.18 P4.20', (store) => ({
    create: ({ factors: _, ...draft }, options) => store.create(draft, options),
  })),
  mutate('elevates-without-factors', 'P4.17 P4.18 P4.19', (store) => ({
    save(opened, { rotate, ...changes }) {
      if (!rotate) return store.save(opened, changes)
      const { factors: _, ...elevation }: Partial<Elevation> = rotate.elevation ?? {}
      const isLogin = rotate.elevation !== undefined
      return store.save(opened, {
        ...changes,
        rotate: isLogin ? { elevation: elevation as Elevation } : {},
      })
    },
  })),
  mutate('joins-a-login-by-any-factors', 'P4.20', (store) => {
    const proved = new Map<string, readonly Factor[]>()
    const addProved = ({ record }: OpenedSession) => {
      Reflect.set(record, 'factors', record.factors ?? proved.get(record.id))
    }
    return {
      async create({ factors, ...draft }, options) {
        const creation = await store.create(draft, options)
        if (!creation.created) return creation
        const { id } = creation.opened.record
        proved.set(id, [...(proved.get(id) ?? []), ...(factors ?? [])])
        addProved(creation.opened)
        return creation
      },
      async open(tokens, offers) {
        const opening = await store.open(tokens, offers)
        if (opening.outcome === 'open') addProved(opening.opened)
        return opening
      },
    }
  }),
  mutate('creates-without-an-actor', 'P13.57 P1.11 P4.21 P4.22 P10.17 P4.23 P8.6', (store) => ({
    create: ({ actor: _, ...draft }, options) => store.create(draft, options),
  })),
  mutate('opens-by-id-what-it-opened-before', 'P1.11 P8.6', (store) => {
    const before = new Map<string, Awaited<ReturnType<NonNullable<SessionStore['openById']>>>>()
    return {
      async openById(id) {
        const found = before.get(id) ?? (await store.openById?.(id)) ?? expect.fail('it opens')
        before.set(id, found)
        return found
      },
    }
  }),
  mutate('takes-trouble-with-the-actor-for-an-end', 'P8.6', (store) => ({
    openById: async (id) =>
      (await store.openById?.(id).catch(() => undefined)) ?? {
        outcome: 'discarded',
        why: 'unknown',
        id,
      },
  })),
  {
    name: 'counts-acting-sessions-as-those-of-the-user',
    breaks: ['P10.17', 'P4.23'],
    store: (factory) => (env) => {
      const { groupOf, refusalOf } = env.ids
      Object.assign(env.ids, {
        groupOf: (userId: string) => groupOf(userId),
        refusalOf: ({ actor: _, ...record }: SessionRecord) => refusalOf(record),
      })
      return factory(env)
    },
  },
]

function mutate(
  name: string,
  breaks: string,
  change: (store: SessionStore) => Partial<SessionStore>,
): StoreMutant {
  return {
    name,
    breaks: breaks.split(' '),
    store: (factory) => (env) => {
      const store = factory(env)
      return { ...store, ...change(store) }
    },
  }
}
