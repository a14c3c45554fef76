import type { Row } from '@sojourn/core/store'
import { groupOf } from '../../src/backend-clauses.ts'
import { breakOperations, type Mutant } from './mutant.ts'

/** Backends that end sessions wrongly. */
export const endMutants: readonly Mutant[] = [
  breakOperations('swallows-the-row', {
    breaks: 'B3.1 B3.3 B3.27-29 B3.32 B4.1-6 B6.1-11 B6.25 B8.4',
    make: ({ reference }) => ({
      remove: (id, call) => reference.remove(id, call).then(() => null),
    }),
  }),
  breakOperations('racy-remove', {
    breaks: 'B3.27-29 B3.32',
    make: ({ reference, step }) => ({
      async remove(id, call) {
        const found = await reference.find(id, call)
        await step()
        await reference.remove(id, call)
        return found && !('ended' in found) ? found : null
      },
    }),
  }),
  breakOperations('leaves-no-tombstone', {
    breaks: 'B2.6 B3.7-14 B3.26 B3.30 B5.18',
    make: ({ reference, entries }) => ({
      async remove(id, call) {
        const row = await reference.remove(id, call)
        entries.delete(id)
        return row
      },
    }),
  }),
  breakOperations('no-tombstone-where-no-row-was', {
    breaks: 'B3.8 B3.11 B3.30',
    make: ({ reference, entries }) => ({
      async remove(id, call) {
        const hadEntry = entries.has(id)
        const row = await reference.remove(id, call)
        if (!hadEntry) entries.delete(id)
        return row
      },
    }),
  }),
  breakOperations('tombstone-prolonged', {
    breaks: 'B3.12',
    make: ({ reference, entries }) => ({
      async remove(id, call) {
        const row = await reference.remove(id, call)
        entries.set(id, { ended: call.reason, at: call.at })
        return row
      },
    }),
  }),
  breakOperations('evicts-without-a-tombstone', {
    breaks: 'B3.18',
    make: ({ reference, entries }) => ({
      async insert(id, row, call) {
        const outcome = await reference.insert(id, row, call)
        if (outcome.inserted) for (const other of outcome.evicted) entries.delete(other)
        return outcome
      },
    }),
  }),
  breakOperations('leaking-index', {
    breaks: 'B2.37 B3.16 B3.19-21 B3.33 B5.14 B5.18 B6.12-21 B6.26',
    make({ reference }) {
      const index = new Map<string, Awaited<ReturnType<typeof reference.list>>[number]>()
      return {
        async insert(id, row, call) {
          const outcome = await reference.insert(id, row, call)
          if (outcome.inserted) index.set(id, { ...row, id })
          return outcome
        },
        async list(group, call) {
          const live = await reference.list(group, call)
          const isLive = (id: string) => live.some((row) => row.id === id)
          const leaked = [...index.values()].filter(
            ({ id }) => groupOf(id) === group && !isLive(id),
          )
          return [...live, ...leaked.filter(({ expiresAt }) => expiresAt > call.at)]
        },
      }
    },
  }),
  breakOperations('remove-group-ends-the-exception', {
    breaks: 'B3.20 B3.33',
    make: ({ reference }) => ({
      removeGroup: (group, { except: _, ...call }) => reference.removeGroup(group, call),
    }),
  }),
  breakOperations('remove-group-answers-all', {
    breaks: 'B3.25 B3.26 B3.32',
    make: ({ reference, entries }) => ({
      async removeGroup(group, call) {
        const ids = [...entries.keys()].filter((id) => groupOf(id) === group)
        await reference.removeGroup(group, call)
        return ids.filter((id) => id !== call.except)
      },
    }),
  }),
  breakOperations('remove-group-answers-the-exception-too', {
    breaks: 'B3.20 B3.21 B3.33',
    make: ({ reference }) => ({
      async removeGroup(group, call) {
        const ids = await reference.removeGroup(group, call)
        return call.except === undefined ? ids : [...ids, call.except]
      },
    }),
  }),
  breakOperations('remove-group-answers-handles', {
    breaks: 'B3.19-21 B3.23 B3.25 B3.26 B3.31-33 B6.12-22 B6.26',
    make: ({ reference }) => ({
      async removeGroup(group, call) {
        const ids = await reference.removeGroup(group, call)
        return ids.map((id) => id.slice(group.length + 1))
      },
    }),
  }),
  breakOperations('remove-group-leaves-no-tombstone', {
    breaks: 'B3.24',
    make: ({ reference, entries }) => ({
      async removeGroup(group, call) {
        const rows = await reference.list(group, call)
        const ids = await reference.removeGroup(group, call)
        for (const { id } of rows) if (id !== call.except) entries.delete(id)
        return ids
      },
    }),
  }),
  breakOperations('hands-the-row-back-twice', {
    breaks: 'B3.2 B3.27',
    make({ reference }) {
      const ended = new Map<string, Row | null>()
      return {
        async remove(id, call) {
          const row = (await reference.remove(id, call)) ?? ended.get(id) ?? null
          ended.set(id, row)
          return row
        },
      }
    },
  }),
  breakOperations('remove-ends-the-group', {
    breaks: 'B3.4 B3.16 B3.17 B3.26 B5.18 B6.1-11 B6.23 B6.25 B9.4 B9.8',
    make: ({ reference }) => ({
      async remove(id, call) {
        const row = await reference.remove(id, call)
        await reference.removeGroup(groupOf(id), call)
        return row
      },
    }),
  }),
]
