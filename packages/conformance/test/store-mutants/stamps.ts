import type { Elevation, SessionStore } from '@sojourn/core/store'
import { expect } from 'vitest'
import type { StoreMutant } from './mutant.ts'

/** Stores that lose the stamp of a user, or end a session by it wrongly. */
export const stampMutants: readonly StoreMutant[] = [
  mutate(
    'creates-without-a-stamp',
    'P14.20 P14.21 P14.23 P14.24 P14.25 P14.27 P14.28',
    (store) => ({
      create: ({ stamp: _, ...draft }, options) => store.create(draft, options),
    }),
  ),
  mutate('elevates-with-the-old-stamp', 'P14.20 P14.27', (store) => ({
    save(opened, { rotate, ...changes }) {
      if (!rotate?.elevation) return store.save(opened, rotate ? { ...changes, rotate } : changes)
      const { stamp: _, ...elevation }: Elevation = rotate.elevation
      return store.save(opened, { ...changes, rotate: { elevation } })
    },
  })),
  mutate('loses-the-stamp-with-a-change', 'P14.21', (store) => ({
    async open(tokens, offers) {
      const opening = await store.open(tokens, offers)
      if (opening.outcome !== 'open') return opening
      const { record } = opening.opened
      if (record.updatedAt > record.createdAt) Reflect.deleteProperty(record, 'stamp')
      return opening
    },
  })),
  mutate('leaves-without-a-mark', 'P14.27', (store) => ({
    save: async (opened, changes) =>
      changes.leave ? { saved: true, opened } : store.save(opened, changes),
  })),
  mutate('creates-without-a-fingerprint', 'P13.20 P13.21 P13.23 P13.24 P13.28', (store) => ({
    create: ({ fingerprint: _, ...draft }, options) => store.create(draft, options),
  })),
  mutate('saves-no-fingerprint', 'P13.20 P13.26', (store) => ({
    save: (opened, { fingerprint: _, ...changes }) => store.save(opened, changes),
  })),
  mutate('loses-the-fingerprint-with-a-change', 'P13.25', (store) => ({
    async open(tokens, offers) {
      const opening = await store.open(tokens, offers)
      if (opening.outcome !== 'open') return opening
      const { record, touchedAt } = opening.opened
      if (touchedAt > record.createdAt) Reflect.deleteProperty(record, 'fingerprint')
      return opening
    },
  })),
  mutate('ends-the-revoked-in-silence', 'P14.26', (store) => ({
    async end(opened, reason) {
      const ending = await store.end(opened, reason)
      return reason === 'revoked' ? { last: undefined, before: undefined } : ending
    },
  })),
  mutate('peeks-without-a-stamp', 'P14.28', (store) => ({
    async peek(opened) {
      const found = (await store.peek?.(opened)) ?? expect.fail('peek is there')
      if (found.outcome === 'open') Reflect.deleteProperty(found.opened.record, 'stamp')
      return found
    },
  })),
  {
    name: 'takes-no-stamp-for-the-right-one',
    breaks: ['P14.22'],
    store: (factory) => (env) => {
      const { stampHash } = env.keyring
      const unstamped = new Set<string>()
      Object.assign(env.keyring, {
        stampHash: (userId: string, stamp: string) =>
          unstamped.has(userId) ? undefined : stampHash(userId, stamp),
      })
      const store = factory(env)
      return {
        ...store,
        async open(tokens, offers) {
          const opening = await store.open(tokens, offers)
          if (opening.outcome !== 'open') return opening
          const { userId = '', stamp } = opening.opened.record
          if (stamp === undefined) unstamped.add(userId)
          else unstamped.delete(userId)
          return opening
        },
      }
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
