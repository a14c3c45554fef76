import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { folder } from './folder.ts'

const vitest = join(createRequire(import.meta.url).resolve('vitest/package.json'), '../vitest.mjs')
const reporter = join(import.meta.dirname, '../reporter.ts')

function run(source: string, files = 1) {
  const names = Array.from({ length: files }, (_, n) => `${n}.test.ts`)
  const root = folder(Object.fromEntries(names.map((name) => [name, source])))
  const words = ['run', '--root', root, '--globals', '--no-isolate', '--reporter', reporter]
  const child = spawnSync(process.execPath, [vitest, ...words], { encoding: 'utf8' })
  const { status } = child
  const stdout = stripVTControlCharacters(child.stdout)
  return { status, stdout, last: stdout.trimEnd().split('\n').at(-1) }
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

test('a long run prints how far it is, how long the rest takes and the file that fails', () => {
  const source = `test('a', () => expect(import.meta.url).not.toContain('/7.'))`
  const { status, stdout, last } = run(source, 21)
  expect(stdout).toMatch(/^\[ {2}0\/21 files, about \d+ s left \]$/m)
  expect(stdout).toContain('7.test.ts (1 test | 1 failed)')
  expect(stdout).not.toContain('8.test.ts')
  expect(last).toBe('20 passed, 1 failed, 0 skipped')
  expect(status).toBe(1)
})
