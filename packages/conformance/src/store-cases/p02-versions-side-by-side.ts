import { equal } from 'node:assert/strict'
import type { SessionManager } from '@sojourn/core'
import { deepEqual } from '../asserts.ts'
import { rounds, type StoreCase } from '../store-fixture.ts'
import type { TestData, Visitor } from '../visitor.ts'
import { newKeys, oldKeys, versions, visitorAt } from './two-versions.ts'

/** P2: two versions of an application that are deployed at once keep the keys of each other. */
export const versionsSideBySide: readonly StoreCase[] = [
  {
    id: 'P2.24',
    title: 'requests at two versions by turns keep the keys of each other, and flash messages',
    async run(fixture) {
      const { older, later } = versions(fixture, 'keep')
      const ann = await visitorAt(older, fixture, { a: 0 })
      const expected: TestData = { a: 0 }
      for (let round = 1; round <= rounds; round++) {
        const at = fixture.scheduler.random() < 0.5 ? older : later
        const keys = at === older ? oldKeys : newKeys
        const key = keys[Math.floor(fixture.scheduler.random() * keys.length)] ?? 'a'
        await ann
          .at(at)
          .request(({ data }) => change(data, key, round % 7 === 0 ? undefined : round))
        change(expected, key, round % 7 === 0 ? undefined : round)
        if (round % 10 === 0) await ann.at(at).request(({ flash }) => flash.add('info', round))
      }
      deepEqual((await ann.at(later).read())?.data, {
        ...expected,
        ...(await flashOf(ann.at(older))),
      })
      const shown = await ann.at(older).request(({ flash }) => flash.take('info'))
      equal(shown.length, rounds / 10)
    },
  },
  {
    id: 'P2.25',
    title: 'parallel requests at two versions lose nothing, whichever writes first, 100 times',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const { older, later } = versions(fixture, 'keep')
      let lost = 0
      let ann = fixture.visitor()
      for (let round = 1; round <= rounds / 3; round++) {
        if (round % 10 === 1) ann = await visitorAt(older, fixture, { a: 0, b: 0 })
        const writes: [SessionManager<TestData>, string][] = [
          [older, 'a'],
          [later, 'x'],
          [older, 'b'],
          [later, 'y'],
          [later, 'c'],
        ]
        await Promise.all(
          writes.map(([at, key]) =>
            ann
              .copy()
              .at(at)
              .request(async ({ data }) => {
                data[key] = round
                await fixture.scheduler.step()
              }),
          ),
        )
        const seen = await ann.at(later).read()
        for (const [, key] of writes) if (seen?.data[key] !== round) lost++
      }
      equal(lost, 0, `${lost} of ${(5 * rounds) / 3} changes were lost`)
    },
  },
  {
    id: 'P2.26',
    title: '40 parallel increments by update at two versions give 40',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const { older, later } = versions(fixture, 'keep')
      const ann = await visitorAt(older, fixture, { a: 0 })
      await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          ann
            .copy()
            .at(n % 2 ? older : later)
            .request((session) =>
              session.update((data) => {
                data['a'] = Number(data['a']) + 1
                if (n % 2 === 0) data['x'] = Number(data['x'] ?? 0) + 1
              }),
            ),
        ),
      )
      const seen = (await ann.at(later).read())?.data
      deepEqual({ a: seen?.['a'], x: seen?.['x'] }, { a: 40, x: 20 })
    },
  },
]

function change(data: TestData, key: string, value: number | undefined): void {
  if (value === undefined) delete data[key]
  else data[key] = value
}

/** Returns what of the data is flash messages. */
async function flashOf(visitor: Visitor): Promise<TestData> {
  const data = (await visitor.read())?.data ?? {}
  return Object.fromEntries(Object.entries(data).filter(([key]) => key.startsWith('flash:')))
}
