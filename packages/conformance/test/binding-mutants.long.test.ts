import { runSuite } from '@sojourn/conformance/binding'
import { expect, test } from 'vitest'
import { bindingMutants } from './binding-mutants/mutants.ts'
import { suiteOf } from './binding-mutants/suite.ts'
import { failedIds } from './suite-runs.ts'

for (const [name, { changed, breaks }] of Object.entries(bindingMutants))
  test(`exactly the cases that ${name} names fail on it`, async () => {
    const results = await runSuite(suiteOf(name, changed))
    expect(failedIds(results)).toEqual(breaks)
  })
