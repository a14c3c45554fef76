import { runSuite, storeSuite } from '@sojourn/conformance/store'
import { expect, test } from 'vitest'
import { openMutant, supports } from './store-mutants/mutant.ts'
import { storeMutants } from './store-mutants/mutants.ts'
import { failedIds, onlyCases } from './suite-runs.ts'

for (const mutant of storeMutants)
  test(`the cases that ${mutant.name} names fail on it`, async () => {
    const suite = storeSuite({ open: () => openMutant(mutant), supports, dumps: true })
    const results = await runSuite(onlyCases(suite, mutant.breaks))
    expect(failedIds(results)).toEqual(mutant.breaks)
  })
