import { runSuite } from '@sojourn/conformance'
import { backendSuite } from '@sojourn/conformance/backend'
import { expect, test } from 'vitest'
import { backendMutants } from './backend-mutants/all.ts'
import { casesIn } from './backend-mutants/mutant.ts'
import { failedIds } from './suite-runs.ts'

for (const { breaks, ...options } of backendMutants)
  test.concurrent(`exactly the cases that ${options.name} names fail on it`, async () => {
    const results = await runSuite(await backendSuite(options))
    expect(failedIds(results)).toEqual(casesIn(breaks))
  })
