import { runSuite } from '@sojourn/conformance'
import {
  type BackendSuiteOptions,
  backendSuite,
  referenceBackend,
} from '@sojourn/conformance/backend'
import { expect, test } from 'vitest'
import { openBreakable } from './backend-mutants/trouble.ts'
import { onlyCases } from './suite-runs.ts'

/** Runs one case. Returns what happened if it failed. */
async function happenedIn(id: string, options: Partial<BackendSuiteOptions>) {
  const suite = await backendSuite({
    open: () => referenceBackend(),
    realTimeMs: false,
    ...options,
  })
  const [result] = await runSuite(onlyCases(suite, [id]))
  return result?.outcome === 'failed' ? Object(result.error).happened : result?.outcome
}

const fails = () => {
  throw new Error('no such table')
}

test.each<[string, string, Partial<BackendSuiteOptions>]>([
  ['openPair', 'B7.1', { openPair: fails }],
  ['openBreakable', 'B1.3', { openBreakable: fails }],
  [
    'breakDatabase',
    'B1.3',
    { openBreakable: () => ({ ...openBreakable(), breakDatabase: fails }) },
  ],
  ['mend', 'B1.4', { openBreakable: () => ({ ...openBreakable(), mend: fails }) }],
  ['size', 'B5.23', { size: fails, realTimeMs: 5_000 }],
])('the failure of a case names %s, which has thrown', async (name, id, options) => {
  expect(await happenedIn(id, options)).toBe(
    `${name}() of the tested module has failed\nbecause: no such table`,
  )
})

test('a database is mended once', async () => {
  let count = 0
  const open = () => {
    const breakable = openBreakable()
    return {
      ...breakable,
      mend() {
        if (++count > 1) throw new Error('it is mended already')
        breakable.mend()
      },
    }
  }
  expect(await happenedIn('B1.4', { openBreakable: open })).toBe('passed')
  expect(count).toBe(1)
})
