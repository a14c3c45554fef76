import { register, runSuite } from '@sojourn/conformance/binding'
import { describe, expect, test } from 'vitest'
import { bindingMutants } from './binding-mutants/mutants.ts'
import { suiteOf } from './binding-mutants/suite.ts'
import { failedIds, onlyCases } from './suite-runs.ts'

describe('the plainest binding', () => {
  register(suiteOf('plain'), { test })
})

for (const [name, { changed, breaks }] of Object.entries(bindingMutants))
  test(`the cases that ${name} names fail on it`, async () => {
    const results = await runSuite(onlyCases(suiteOf(name, changed), breaks))
    expect(failedIds(results)).toEqual(breaks)
  })
