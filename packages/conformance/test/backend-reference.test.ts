import { register, runSuite } from '@sojourn/conformance'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import { expect, test } from 'vitest'
import { openBreakable } from './backend-mutants/trouble.ts'
import { onlyCases } from './suite-runs.ts'

const suite = await backendSuite({
  name: 'the reference',
  open: ({ step }) => referenceBackend({ step }),
  openPair: () => [referenceBackend(), referenceBackend()],
  openBreakable: () => openBreakable(),
  realTimeMs: false,
})

register(suite, { test })

test.each([2, 3, 4])('the reference passes with seed %i too', async (seed) => {
  const seeded = await backendSuite({
    open: ({ step }) => referenceBackend({ step }),
    realTimeMs: false,
    seed,
  })
  const results = await runSuite(seeded)
  expect(results.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
})

test.each([
  { timeoutMs: 20_000 }, // a sixth of it is no whole number of ms
  { timeoutMs: 5_000.5 },
])('the reference works after trouble, with $timeoutMs ms for a case', async ({ timeoutMs }) => {
  const limited = await backendSuite({
    open: ({ step }) => referenceBackend({ step }),
    openBreakable: () => openBreakable(),
    realTimeMs: false,
    timeoutMs,
  })
  const results = await runSuite(onlyCases(limited, ['B1.3', 'B1.4', 'B1.5']))
  expect(results.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed'])
})

test('what a backend does not support is not offered, and none of it is run', async () => {
  const none = {
    conditionalWrite: false,
    revocation: false,
    list: false,
    limit: false,
    scan: false,
    retention: false,
  }
  const modest = await backendSuite({
    open: () => ({ ...referenceBackend(), supports: none }),
    realTimeMs: false,
  })
  const lacks = new Set(modest.notOffered.map(({ lacks: need }) => need))
  expect([...lacks].sort()).toEqual(
    [...Object.keys(none), 'prefixes', 'processes', 'realTime', 'size', 'trouble'].sort(),
  )
  const results = await runSuite(modest)
  expect(results.length + modest.notOffered.length).toBe(
    suite.cases.length + suite.notOffered.length,
  )
  expect(results.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
})
