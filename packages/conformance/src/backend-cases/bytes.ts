import { equal } from 'node:assert/strict'
import type { Row } from '@sojourn/core/store'
import { deepEqual } from '../asserts.ts'
import { conflictIn, rowIn, sameRow, scanned, stands } from '../backend-asserts.ts'
import { type BackendCase, bytes, ending, given, makeRow, now, t0 } from '../backend-fixture.ts'

const spoiled = 0xff

/** Clause 4: values come back byte for byte, and are never shared with the caller. */
export const bytesCases: readonly BackendCase[] = [
  valueCase('B4.1', 'every byte value is kept', () =>
    Uint8Array.from({ length: 512 }, (_, byte) => byte),
  ),
  valueCase('B4.2', 'a value of 0 bytes is kept', () => new Uint8Array(0)),
  valueCase('B4.3', 'a value of 1 MiB is kept', () =>
    Uint8Array.from({ length: 2 ** 20 }, (_, index) => (index * 31) >> 3),
  ),
  valueCase('B4.4', 'a value that is a part of a larger buffer is kept without the rest', () =>
    bytes('before-kept-after').subarray(7, 11),
  ),
  valueCase('B4.5', 'a value that looks like text with line ends and NUL is kept', () =>
    bytes('\r\n$-1\r\n\0{"a":1}'),
  ),
  {
    id: 'B4.6',
    title: 'none to three prior versions are kept in their order',
    async run({ backend }) {
      for (const priorVersions of [[], ['a'], ['b', 'a'], ['c', 'a', 'b']]) {
        const id = `g.${priorVersions.length}`
        const [row = makeRow()] = await given(backend, [[id, { priorVersions }]])
        deepEqual(rowIn(await backend.find(id, now)).priorVersions, priorVersions)
        sameRow(await backend.remove(id, ending(t0)), row)
      }
    },
  },
  {
    id: 'B4.7',
    title: 'writing to a found row changes nothing in the backend',
    async run({ backend }) {
      await given(backend, [['g.a', { priorVersions: ['v0'] }]])
      spoil(rowIn(await backend.find('g.a', now)))
      await stands(backend, 'g.a', { row: makeRow({ priorVersions: ['v0'] }) })
    },
  },
  {
    id: 'B4.8',
    title: 'writing to a row after it was inserted or replaced changes nothing in the backend',
    async run({ backend }) {
      const [inserted = makeRow()] = await given(backend, [['g.a', { priorVersions: ['v0'] }]])
      spoil(inserted)
      await stands(backend, 'g.a', { row: makeRow({ priorVersions: ['v0'] }) })
      const next = () => makeRow({ version: 'v2', priorVersions: ['v1'] })
      const replaced = next()
      await backend.replace('g.a', replaced, { ...now, expected: 'v1' })
      spoil(replaced)
      await stands(backend, 'g.a', { row: next() })
    },
  },
  {
    id: 'B4.9',
    title: 'a value given as a Buffer is copied too',
    async run({ backend }) {
      const value = Buffer.from('kept')
      await backend.insert('g.a', makeRow({ value }), now)
      value.fill(spoiled)
      await stands(backend, 'g.a', { row: makeRow() })
    },
  },
  {
    id: 'B4.10',
    title: 'writing to the row of a conflict changes nothing in the backend',
    async run({ backend }) {
      await given(backend, [['g.a', { priorVersions: ['v0'] }]])
      const outcome = await backend.replace('g.a', makeRow(), { ...now, expected: 'v9' })
      spoil(conflictIn(outcome))
      await stands(backend, 'g.a', { row: makeRow({ priorVersions: ['v0'] }) })
    },
  },
  {
    id: 'B4.11',
    title: 'a listed row has all its fields, and writing to it changes nothing in the backend',
    needs: ['list'],
    async run({ backend }) {
      await given(backend, [['g.a', { priorVersions: ['v0'] }]])
      const [listed] = await backend.list('g', now)
      equal(listed?.id, 'g.a')
      sameRow(listed, makeRow({ priorVersions: ['v0'] }))
      spoil(listed ?? makeRow())
      await stands(backend, 'g.a', { row: makeRow({ priorVersions: ['v0'] }) })
    },
  },
  {
    id: 'B4.12',
    title: 'a scanned row has all its fields, and writing to it changes nothing in the backend',
    needs: ['scan'],
    async run({ backend }) {
      await given(backend, [['g.a', { priorVersions: ['v0'] }]])
      const [found] = await scanned(backend)
      equal(found?.id, 'g.a')
      sameRow(found, makeRow({ priorVersions: ['v0'] }))
      spoil(found ?? makeRow())
      await stands(backend, 'g.a', { row: makeRow({ priorVersions: ['v0'] }) })
    },
  },
]

/** Checks that a value survives insert, find, replace and remove. */
function valueCase(id: string, title: string, make: () => Uint8Array): BackendCase {
  return {
    id,
    title,
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a', { value: make() }]])
      await stands(backend, 'g.a', { row })
      const next = makeRow({ version: 'v2', value: make() })
      await backend.replace('g.a', next, { ...now, expected: 'v1' })
      sameRow(await backend.remove('g.a', ending(t0)), next)
    },
  }
}

/** Overwrites every mutable part of a row. */
function spoil({ value, priorVersions }: Row): void {
  value.fill(spoiled)
  // As a careless caller might; a frozen array is as safe as a copy.
  if (!Object.isFrozen(priorVersions)) (priorVersions as string[]).push('spoiled')
}
