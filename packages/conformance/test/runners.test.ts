import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

/** Bundles the suite as one ES module in a folder of its own, as jest and bun find tests. */
async function bundle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  await build({
    entryPoints: [join(import.meta.dirname, 'programs/suite-in-a-runner.ts')],
    outfile: join(folder, 'suite.test.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@sojourn/source'],
  })
  return folder
}

test('a conforming backend passes under jest, whose tests have a realm of their own', async () => {
  const folder = await bundle()
  const jest = join(dirname(require.resolve('jest/package.json')), 'bin/jest.js')
  const config = JSON.stringify({ testMatch: ['**/suite.test.mjs'] })
  const words = [jest, '--rootDir', folder, '--config', config, '--json']
  const { stdout } = await run(process.execPath, ['--experimental-vm-modules', ...words], {
    cwd: folder,
    maxBuffer: 2 ** 26,
  }).catch((error) => error)
  const { cases } = await backendSuite({ open: () => referenceBackend(), realTimeMs: false })
  const { numPassedTests, testResults } = JSON.parse(stdout)
  const failures = testResults.flatMap((file: { message: string }) => file.message)
  expect(failures.join('').slice(0, 2_000)).toBe('')
  expect(numPassedTests).toBe(cases.length)
})
