import { runSuite } from '@sojourn/conformance'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import { expect, test } from 'vitest'
import { backendMutants } from './backend-mutants/all.ts'
import { casesIn } from './backend-mutants/mutant.ts'
import { openBreakable } from './backend-mutants/trouble.ts'
import { failedIds, onlyCases } from './suite-runs.ts'

for (const { breaks, ...options } of backendMutants)
  test.concurrent(`the cases that ${options.name} names fail on it`, async () => {
    const suite = await backendSuite(options)
    const results = await runSuite(onlyCases(suite, casesIn(breaks)))
    expect(failedIds(results)).toEqual(casesIn(breaks))
  })

test('each case is failed by a mutant, but those of processes.test.ts', async () => {
  const { cases } = await backendSuite({
    open: () => referenceBackend(),
    openPair: () => [referenceBackend(), referenceBackend()],
    openBreakable: () => openBreakable(),
    size: () => 0,
  })
  const broken = new Set(backendMutants.flatMap(({ breaks }) => casesIn(breaks)))
  expect(cases.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([])
})
