import { runSuite, storeSuite } from '@sojourn/conformance/store'
import { expect, test } from 'vitest'
import { openMutant, supports } from './store-mutants/mutant.ts'
import { storeMutants } from './store-mutants/mutants.ts'
import { failedIds } from './suite-runs.ts'

for (const mutant of storeMutants) {
  test(`exactly the cases that ${mutant.name} names fail on it`, async () => {
    const suite = storeSuite({ open: () => openMutant(mutant), supports, dumps: true })
    const results = await runSuite(suite)
    expect(failedIds(results)).toEqual(mutant.breaks)
  })
}
