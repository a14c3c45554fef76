import type { Codec } from '@sojourn/core'
import type { Row } from '@sojourn/core/store'
import { expect } from 'vitest'
import { boundaryMutants } from './boundaries.ts'
import { clockMutants } from './clocks.ts'
import { levelMutants } from './levels.ts'
import { listMutants } from './lists.ts'
import { loginMutants } from './login-mutants.ts'
import type { StoreMutant } from './mutant.ts'
import { stampMutants } from './stamps.ts'
import { versionMutants } from './versions.ts'

/** Writes a key `__proto__` as any other, and assigns what it reads. Maps become empty objects. */
const codecThatAssigns: Codec = {
  name: 'assigns',
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) =>
    JSON.parse(Buffer.from(bytes).toString(), (_key, value) =>
      Object(value) === value && !Array.isArray(value) ? Object.assign({}, value) : value,
    ),
}

/** Stores with one fault each. */
export const storeMutants: readonly StoreMutant[] = [
  {
    name: 'last-write-wins',
    breaks: [
      'P2.1',
      'P2.2',
      'P2.3',
      'P2.4',
      'P2.5',
      'P2.6',
      'P2.7',
      'P2.8',
      'P2.25',
      'P2.26',
      'P3.4',
      'P4.15',
      'P4.5',
      'P4.19',
      'P11.2',
      'P13.48',
      'P14.9',
      'P14.27',
    ],
    rules: { mayReplace: () => true },
  },
  {
    name: 'upsert-on-replace',
    breaks: ['P1.1', 'P1.2', 'P1.3', 'P1.5', 'P1.6', 'P1.7', 'P1.8'],
    backend: (reference, entries) => ({
      async replace(id, row, call) {
        const outcome = await reference.replace(id, row, call)
        if (outcome === 'gone') entries.set(id, row)
        return outcome === 'gone' ? 'replaced' : outcome
      },
    }),
  },
  {
    name: 'touch-creates',
    breaks: ['P1.4'],
    backend: (reference, entries) => {
      const seen = new Map<string, Row>()
      return {
        async find(id, call) {
          const found = await reference.find(id, call)
          if (found && 'value' in found) seen.set(id, found)
          return found
        },
        async touch(id, times, call) {
          const outcome = await reference.touch(id, times, call)
          const row = seen.get(id)
          if (outcome === 'gone' && row) entries.set(id, { ...row, ...times })
          return outcome === 'gone' ? 'touched' : outcome
        },
      }
    },
  },
  {
    name: 'touches-every-time',
    breaks: ['P7.6'],
    rules: { mayTouch: (row, expected) => row.version === expected.version },
  },
  {
    name: 'forgets-expiry',
    breaks: ['P1.8'],
    rules: { isLive: () => true },
  },
  {
    name: 'swallows-errors',
    breaks: ['P8.1', 'P13.51', 'P8.6', 'P8.5'],
    backend: (reference) => ({
      find: async (id, call) => {
        try {
          return await reference.find(id, call)
        } catch {
          return null
        }
      },
    }),
  },
  {
    name: 'says-done-when-it-failed',
    breaks: ['P8.2', 'P13.51'],
    backend: (reference) => ({
      replace: async (id, row, call) => {
        try {
          return await reference.replace(id, row, call)
        } catch {
          return 'replaced'
        }
      },
    }),
  },
  {
    name: 'forgets-the-tombstone',
    breaks: [
      'P1.9',
      'P3.8',
      'P4.9',
      'P11.4',
      'P10.3',
      'P10.11',
      'P13.24',
      'P13.57',
      'P14.5',
      'P14.6',
      'P14.26',
      'P1.10',
    ],
    backend: (reference, entries) => ({
      async remove(id, call) {
        const row = await reference.remove(id, call)
        entries.delete(id)
        return row
      },
    }),
  },
  ...listMutants,
  {
    name: 'hands-no-row-back',
    breaks: [
      'P4.3',
      'P10.2',
      'P10.3',
      'P10.11',
      'P10.14',
      'P12.1',
      'P13.24',
      'P13.46',
      'P14.3',
      'P14.26',
    ],
    backend: (reference) => ({
      remove: (id, call) => reference.remove(id, call).then(() => null),
    }),
  },
  {
    name: 'racy-limit',
    breaks: ['P10.6'],
    backend: (reference) => ({
      async insert(id, row, { limit, ...call }) {
        const [group = ''] = id.split('.')
        const rows = limit ? await reference.list(group, call) : []
        const isFull = limit !== undefined && rows.length >= limit.max
        if (isFull && limit.onExceed === 'refuse') return { inserted: false, why: 'limit' }
        const [oldest] = rows.toSorted((a, b) => a.expiresAt - b.expiresAt)
        const evicted = isFull && oldest ? [oldest.id] : []
        for (const other of evicted) await reference.remove(other, { ...call, reason: 'evicted' })
        const outcome = await reference.insert(id, row, call)
        return outcome.inserted ? { ...outcome, evicted } : outcome
      },
    }),
  },
  {
    name: 'unhashed-secret',
    breaks: ['P5.1'],
    store: (factory, entries) => (env) => {
      const store = factory(env)
      return {
        ...store,
        async create(draft, options) {
          const creation = await store.create(draft, options)
          if (creation.created) entries.set(creation.token, { ended: 'logout', at: 0 })
          return creation
        },
      }
    },
  },
  {
    name: 'eager-confirm',
    breaks: ['P3.1', 'P3.2', 'P3.3', 'P3.4', 'P3.7', 'P13.1', 'P13.2', 'P13.6'],
    store: (factory) => {
      const latest = new Map<string, string>()
      return (env) => {
        const store = factory(env)
        return {
          ...store,
          async open(tokens, offers = []) {
            const opening = await store.open(tokens, offers)
            if (opening.outcome !== 'open') return opening
            const { id } = opening.opened.record
            const isOutdated = ![...tokens, ...offers].includes(latest.get(id) ?? tokens[0] ?? '')
            return isOutdated ? { outcome: 'ended', id, reason: 'stale' } : opening
          },
          async save(opened, changes) {
            const saving = await store.save(opened, changes)
            const token = saving.saved ? (saving.token ?? saving.offer) : undefined
            if (token) latest.set(opened.record.id, token)
            return saving
          },
        }
      }
    },
  },
  {
    name: 'looks-from-memory',
    breaks: ['P9.14', 'P13.4', 'P1.10', 'P4.13', 'P7.7', 'P8.5'],
    store: (factory) => (env) => ({
      ...factory(env),
      peek: async (opened) => ({ outcome: 'open', opened }),
    }),
  },
  {
    name: 'look-counts-as-use',
    breaks: ['P9.14', 'P13.4', 'P13.7', 'P1.10', 'P4.13', 'P7.7', 'P8.5', 'P9.7'],
    store: (factory) => (env) => ({
      ...factory(env),
      peek: async (opened) => ({
        outcome: 'open',
        opened: { ...opened, touchedAt: env.clock() },
      }),
    }),
  },
  {
    name: 'look-minds-the-token',
    breaks: ['P3.11'],
    store: (factory) => (env) => {
      const store = factory(env)
      return {
        ...store,
        async peek(opened) {
          const opening = (await store.peek?.(opened)) ?? expect.fail('look is there')
          if (opening.outcome !== 'open') return opening
          const { id, verifier } = opening.opened.record
          const isSame = verifier.current === opened.record.verifier.current
          return isSame ? opening : { outcome: 'ended', id, reason: 'stale' }
        },
      }
    },
  },
  {
    name: 'keeps-the-old-token',
    breaks: [
      'P3.7',
      'P4.16',
      'P4.4',
      'P4.5',
      'P4.17',
      'P4.19',
      'P12.1',
      'P12.4',
      'P13.3',
      'P13.58',
      'P13.57',
      'P1.11',
      'P4.21',
      'P4.13',
    ],
    store: (factory) => (env) => {
      const store = factory(env)
      return {
        ...store,
        save: (opened, { rotate, ...changes }) =>
          store.save(opened, rotate?.elevation ? { ...changes, rotate } : changes),
      }
    },
  },
  {
    name: 'lets-offers-be-eaten',
    breaks: ['P13.1', 'P13.2', 'P13.5'],
    store: (factory) => (env) => {
      const store = factory(env)
      return {
        ...store,
        async open(tokens, offers) {
          const opening = await store.open(tokens, offers)
          if (opening.outcome !== 'open') return opening
          const { offer: _, isSaveDue: __, ...rest } = opening
          return rest
        },
      }
    },
  },
  {
    name: 'judges-by-the-latest-rotation',
    breaks: ['P13.3'],
    store: (factory) => (env) => {
      const store = factory(env)
      const policy = { ...env.policy, onReplay: 'ignore' } as const
      const lenient = factory({ ...env, policy, emit: () => undefined })
      const rotatedAt = new Map<string, number>()
      return {
        ...store,
        async open(tokens, offers) {
          const [id = ''] = /^[^.]*\.[^.]*/.exec(tokens[0] ?? '') ?? []
          const isRecent = env.clock() - (rotatedAt.get(id) ?? 0) < 5 * 60_000
          const opening = isRecent ? await lenient.open(tokens, offers) : undefined
          return opening?.outcome === 'ended' ? opening : store.open(tokens, offers)
        },
        async save(opened, changes) {
          const saving = await store.save(opened, changes)
          if (saving.saved && saving.rotated) rotatedAt.set(opened.record.id, env.clock())
          return saving
        },
      }
    },
  },
  {
    name: 'watches-without-a-token',
    breaks: ['P13.4', 'P13.7'],
    store: (factory) => (env) => {
      const store = factory(env)
      return {
        ...store,
        async peek(opened) {
          const found = (await store.peek?.(opened)) ?? expect.fail('peek is there')
          return found.outcome === 'open' ? { outcome: 'open', opened: found.opened } : found
        },
      }
    },
  },
  ...loginMutants,
  {
    name: 'names-all-tokens-of-a-session-alike',
    breaks: ['P13.7'],
    store: (factory) => (env) => {
      const store = factory(env)
      return {
        ...store,
        async open(tokens, offers) {
          const opening = await store.open(tokens, offers)
          return opening.outcome === 'open' ? { ...opening, openedBy: 'token' } : opening
        },
      }
    },
  },
  {
    name: 'names-a-token-anew-each-time',
    breaks: ['P7.8'],
    store: (factory) => (env) => {
      const store = factory(env)
      let opened = 0
      return {
        ...store,
        async open(tokens, offers) {
          const opening = await store.open(tokens, offers)
          return opening.outcome === 'open' ? { ...opening, openedBy: `${opened++}` } : opening
        },
      }
    },
  },
  {
    name: 'keeps-quiet-about-stalled-rotations',
    breaks: ['P13.6'],
    store: (factory) => (env) =>
      factory({ ...env, emit: (type, event) => type !== 'stalled' && env.emit(type, event) }),
  },
  {
    name: 'makes-prototypes-of-keys',
    breaks: ['P5.3'],
    store: (factory) => (env) => factory({ ...env, codec: codecThatAssigns }),
  },
  {
    name: 'offers-in-the-session-cookie',
    breaks: ['P12.5', 'P13.1'],
    store: (factory) => (env) => {
      const store = factory(env)
      const asToken = <Outcome extends object>(outcome: Outcome): Outcome => {
        if (!('offer' in outcome)) return outcome
        const { offer, ...rest } = outcome
        return { ...rest, token: offer } as unknown as Outcome
      }
      return {
        ...store,
        open: async (tokens, offers) => asToken(await store.open(tokens, offers)),
        save: async (opened, changes) => asToken(await store.save(opened, changes)),
      }
    },
  },
  ...clockMutants,
  ...stampMutants,
  ...levelMutants,
  ...versionMutants,
  ...boundaryMutants,
]
