import type { Result, Suite } from '@sojourn/conformance'

/** The suite with no other cases than these. */
export function onlyCases(suite: Suite, ids: readonly string[]): Suite {
  return { ...suite, cases: suite.cases.filter(({ id }) => ids.includes(id)) }
}

/** The ids of the cases that failed. */
export function failedIds(results: readonly Result[]): string[] {
  return results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id)
}
