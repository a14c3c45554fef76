import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder } from './folder.ts'

const vitest = join(createRequire(import.meta.url).resolve('vitest/package.json'), '../vitest.mjs')
const reporter = join(import.meta.dirname, '../reporter.ts')

function run(source: string) {
  const root = folder({ 'a.test.ts': source })
  const words = ['run', '--root', root, '--globals', '--reporter', reporter]
  const { status, stdout } = spawnSync(process.execPath, [vitest, ...words], { encoding: 'utf8' })
  return { status, last: stdout.trimEnd().split('\n').at(-1) }
}

test('a passing run ends with the plain line', () => {
  const { status, last } = run(`test('a', () => {})`)
  expect(last).toBe('1 passed, 0 failed, 0 skipped')
  expect(status).toBe(0)
})

test('a failing run ends with the plain line and fails', () => {
  const { status, last } = run(`test('a', () => { throw new Error('no') })`)
  expect(last).toBe('0 passed, 1 failed, 0 skipped')
  expect(status).toBe(1)
})

test('a skipped test fails the run', () => {
  const { status, last } = run(`test('a', () => {}); test.skip('b', () => {})`)
  expect(last).toBe('1 passed, 0 failed, 1 skipped')
  expect(status).toBe(1)
})

test('a run without a test fails', () => {
  const { status, last } = run(`describe('nothing', () => {})`)
  expect(last).toBe('0 passed, 0 failed, 0 skipped')
  expect(status).toBe(1)
})
