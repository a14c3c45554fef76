import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const vitest = join(createRequire(import.meta.url).resolve('vitest/package.json'), '../vitest.mjs')

// Every project is listed, whatever set of them this run was started with.
const env = { ...process.env, SOJOURN_TEST: 'everything' }

const run = (program: string, words: string[]) =>
  execFileSync(program, words, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26, env })

test('every test file of the repository belongs to a project of vitest', () => {
  const list = run(process.execPath, [vitest, 'list', '--filesOnly', '--json'])
  const listed: { file: string }[] = JSON.parse(list)
  const known = new Set(listed.map(({ file }) => relative(root, file)))
  const files = run('git', ['ls-files', '-co', '--exclude-standard', '*.test.ts'])
    .trim()
    .split('\n')
  expect(files.length).toBeGreaterThan(100)
  expect(files.filter((file) => existsSync(join(root, file)) && !known.has(file))).toEqual([])
})
