import { runSuite } from '@sojourn/conformance'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import { expect, test } from 'vitest'
import { claimMutants } from './backend-mutants/claims.ts'
import { endMutants } from './backend-mutants/ends.ts'
import { groupMutants } from './backend-mutants/groups.ts'
import { casesIn } from './backend-mutants/mutant.ts'
import { prefixAndTimerMutants } from './backend-mutants/prefixes-and-timers.ts'
import { raceMutants } from './backend-mutants/races.ts'
import { ruleMutants } from './backend-mutants/rules.ts'
import { settleMutants } from './backend-mutants/settling.ts'
import { writeMutants } from './backend-mutants/writes.ts'

const mutants = [
  ...ruleMutants,
  ...writeMutants,
  ...raceMutants,
  ...endMutants,
  ...groupMutants,
  ...claimMutants,
  ...settleMutants,
  ...prefixAndTimerMutants,
]

for (const { breaks, ...options } of mutants) {
  test.concurrent(`exactly the cases that ${options.name} names fail on it`, async () => {
    const suite = await backendSuite(options)
    const results = await runSuite(suite)
    const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id)
    expect(failed).toEqual(casesIn(breaks))
  })
}

test('each case is failed by a mutant', async () => {
  const { cases } = await backendSuite({
    open: () => referenceBackend(),
    openPair: () => [referenceBackend(), referenceBackend()],
  })
  const broken = new Set(mutants.flatMap(({ breaks }) => casesIn(breaks)))
  expect(cases.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([])
})
