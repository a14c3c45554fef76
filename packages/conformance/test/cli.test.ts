import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../src/cli/run.ts'

/** Runs the command on one of the programs. Returns the exit status and what it printed. */
async function command(program: string, ...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const status = await run([join(import.meta.dirname, 'programs', program), ...args], {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  })
  return { status, out: out.join(''), err: err.join('') }
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('a store that conforms ends with 0, and is reported as Markdown, JSON and a badge', async () => {
  const folder = freshFolder()
  const files = ['markdown', 'json', 'badge'].flatMap((kind) => [`--${kind}`, join(folder, kind)])
  const { status, out, err } = await command('reference.ts', ...files)
  expect([status, err]).toEqual([0, ''])
  const [backend, store] = out.trim().split('\n')
  expect(backend).toMatch(/^reference\.ts, suite \/backend: \d+ passed, 0 failed, 0 exempt/)
  expect(store).toMatch(/^reference\.ts, suite \/store: \d+ passed, 0 failed, 0 exempt/)
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  expect(read('markdown').match(/^## Conformance: .*/gm)).toEqual([
    '## Conformance: reference.ts, suite /backend',
    '## Conformance: reference.ts, suite /store',
  ])
  const { conforms, suites } = JSON.parse(read('json'))
  expect(conforms).toBe(true)
  const passed = suites.flatMap((suite: { passed: string[] }) => suite.passed).length
  expect(read('badge')).toContain(`aria-label="sojourn conformance: ${passed} passed"`)
})

test('a store that does not conform ends with 1, and each failure is explained', async () => {
  const badge = join(freshFolder(), 'badge')
  const args = ['--only', 'B3.12', 'B5', '--suite', 'backend', '--badge', badge]
  const { status, out, err } = await command('lasting-tombstones.ts', ...args)
  expect(status).toBe(1)
  expect(err).toBe('failed: B3.12 a second remove neither renames nor prolongs a tombstone\n')
  expect(out).toMatch(/^B3\.12 a second remove.*\n\nDemanded: Clause 3: /)
  expect(out).toContain('What happened: Expected values to be strictly equal:')
  expect(out).toContain("Operations, in order:\n  1. insert('g.a', ")
  expect(out).toMatch(
    /suite \/backend: \d+ passed, 1 failed, 0 exempt, \d+ not offered, \d+ not run/,
  )
  expect(readFileSync(badge, 'utf8')).toContain('1 failed')
})

test('cases that were chosen decide the status alone', async () => {
  const { status, out } = await command('reference.ts', '--only', 'P6')
  expect(status).toBe(0)
  expect(out).toMatch(/suite \/store: \d passed, 0 failed/)
})

test.each([
  ['a module that is not there', ['missing.js'], /cannot be imported.*\n.*path of a module/],
  ['one that opens no backend', ['nothing.ts'], /Write: export const open = /],
  ['an unknown option', ['reference.ts', '--fast'], /unknown option '--fast'/],
  ['a seed that is no number', ['reference.ts', '--seed', 'x'], /x is not a number above 0/],
])('%s ends with 64, and says what to do', async (_, [program = '', ...args], message) => {
  const { status, err } = await command(program, ...args)
  expect(status).toBe(64)
  expect(err).toMatch(message)
})
