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
  mutate(
    'saves-no-device-binding',
    'P13.40 P13.41 P13.42 P13.44 P13.45 P13.46 P13.47 P13.48 P13.49 P13.50 P13.51 P13.52 P13.58 P13.59 P13.60 P13.53 P13.54 P13.55 P13.56 P13.57',
    (store) => ({
      save: (opened, { deviceBinding: _, ...changes }) => store.save(opened, changes),
    }),
  ),
  mutate('keeps-the-device-binding-at-a-login', 'P13.45 P13.54 P13.56', (store) => ({
    async save(opened, changes) {
      const saving = await store.save(opened, changes)
      const { deviceBinding } = opened.record
      if (saving.saved && changes.rotate?.elevation && deviceBinding)
        await store.save(saving.opened, { deviceBinding: { bind: deviceBinding } })
      return saving
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
