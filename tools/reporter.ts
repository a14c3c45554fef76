// Promises that a test run ends with one plain line, and that a run with a skip, or without a test, fails.
import type { Reporter, TestModule } from 'vitest/node'

export function tally(modules: readonly TestModule[]) {
  const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
  for (const module of modules) {
    for (const test of module.children.allTests()) count[test.result().state]++
  }
  return { passed: count.passed, failed: count.failed, skipped: count.skipped + count.pending }
}

export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    const { passed, failed, skipped } = tally(modules)
    if (skipped > 0) fail('A skipped test is not a passed one: run it, or remove it.')
    if (passed + failed === 0) fail('No test ran: is the filter or the project name right?')
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
  }
}

function fail(reason: string) {
  process.exitCode = 1
  process.stdout.write(`${reason}\n`)
}
