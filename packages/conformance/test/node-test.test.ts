import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import { expect, test } from 'vitest'

const run = promisify(execFile)

test('the suite runs under node:test, each case a test, with the report after them', {
  timeout: 60_000,
}, async () => {
  const file = fileURLToPath(new URL('./node-test/reference.ts', import.meta.url))
  const { cases, notOffered } = await backendSuite({
    open: () => referenceBackend(),
    realTimeMs: false,
  })
  const { stdout } = await run(
    process.execPath,
    ['--import=tsx', '--conditions=@sojourn/source', '--test', '--test-reporter=tap', file],
    { cwd: import.meta.dirname, env: { ...process.env, NODE_TEST_CONTEXT: undefined } },
  )
  expect(stdout).toContain(`# pass ${cases.length}`)
  expect(stdout).toContain('# fail 0')
  expect(stdout).toContain(
    `${cases.length} passed, 0 failed, 0 exempt, ${notOffered.length} not offered, 0 not run`,
  )
})
