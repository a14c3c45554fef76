import type { Row } from '@sojourn/core/store'
import type { StoreMutant } from './mutant.ts'

/** Stores that list the sessions of a user wrongly, or end them wrongly together. */
export const listMutants: readonly StoreMutant[] = [
  {
    name: 'leaking-index',
    breaks: ['P10.2'],
    backend: (reference) => {
      const ended = new Map<string, Row>()
      return {
        async remove(id, call) {
          const row = await reference.remove(id, call)
          if (row) ended.set(id, row)
          return row
        },
        async list(group, call) {
          const live = await reference.list(group, call)
          const dead = [...ended].filter(([id]) => id.startsWith(`${group}.`))
          return [...live, ...dead.map(([id, row]) => ({ ...row, id }))]
        },
      }
    },
  },
  {
    name: 'index-misses-the-newest',
    breaks: [
      'P3.9',
      'P4.14',
      'P4.15',
      'P11.3',
      'P10.1',
      'P10.2',
      'P10.5',
      'P10.6',
      'P10.8',
      'P14.2',
      'P14.7',
      'P14.8',
      'P10.17',
      'P4.23',
    ],
    backend: (reference) => ({
      list: async (group, call) => (await reference.list(group, call)).slice(0, -1),
    }),
  },
  {
    name: 'scan-shows-some-twice',
    breaks: ['P10.15', 'P10.16', 'P14.11'],
    backend: (reference) => ({
      async *scan(call) {
        for await (const row of reference.scan(call)) yield* [row, row]
      },
    }),
  },
  {
    name: 'ends-a-group-in-silence',
    breaks: ['P10.4', 'P10.10', 'P10.11', 'P10.13', 'P14.2', 'P10.17'],
    backend: (reference) => ({
      removeGroup: (group, call) => reference.removeGroup(group, call).then(() => []),
    }),
  },
  {
    name: 'ends-the-spared-one',
    breaks: ['P10.4', 'P10.10', 'P10.11'],
    backend: (reference) => ({
      removeGroup: (group, { except: _, ...call }) => reference.removeGroup(group, call),
    }),
  },
  {
    name: 'two-ends-of-a-group-tell-of-the-same',
    breaks: ['P10.13'],
    backend: (reference) => ({
      async removeGroup(group, call) {
        const live = await reference.list(group, call)
        await reference.removeGroup(group, call)
        return live.map(({ id }) => id).filter((id) => id !== call.except)
      },
    }),
  },
  {
    name: 'says-a-group-ended-when-it-failed',
    breaks: ['P10.12'],
    backend: (reference) => ({
      removeGroup: (group, call) => reference.removeGroup(group, call).catch(() => []),
    }),
  },
]
