import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../src/cli/run.ts'

/** Runs the command on one of the programs. Returns the exit status and what it printed. */
async function command(program: string, ...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const status = await run([resolve(import.meta.dirname, 'programs', program), ...args], {
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
  ['an id of no case', ['reference.ts', '--only', 'P6', 'b3.1'], /No case is named b3\.1/],
  ['a suite without the case', ['reference.ts', '--suite', 'store', '--only', 'B3'], /named B3 /],
  ['a report in no folder', ['reference.ts', '--json', '/none/a.json'], /json cannot be written/],
  ['a report that is a folder', ['reference.ts', '--badge', '.'], /^\. cannot be written/],
  ['a seed that is no number', ['reference.ts', '--seed', 'x'], /x is not a number above 0/],
])('%s ends with 64, and says what to do', async (_, [program = '', ...args], message) => {
  const { status, err } = await command(program, ...args)
  expect(status).toBe(64)
  expect(err).toMatch(message)
})

const reference = new URL('../src/reference-backend.ts', import.meta.url).href
const opens = `import { referenceBackend } from '${reference}'\nexport const open = () => referenceBackend()\n`

/** Runs the command as a process on a module with this text. */
function spawnCommand(text: string, { name = 'store.mjs', args = ['--only', 'B1', 'P6'] } = {}) {
  const folder = freshFolder()
  writeFileSync(join(folder, name), text)
  const bin = join(import.meta.dirname, '../src/bin.ts')
  const tsx = import.meta.resolve('tsx')
  const node = ['--conditions=@sojourn/source', `--import=${tsx}`, bin, name, ...args]
  const env = { ...process.env, VITEST: undefined, NODE_OPTIONS: undefined }
  const { status, stdout, stderr } = spawnSync(process.execPath, node, {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  return { status, out: stdout, err: stderr }
}

test.each([
  ['throws an error', `throw new Error('DATABASE_URL is not set')`, /throws when .*DATABASE_URL/],
  ['throws nothing', 'throw null', /throws when it is imported: null/],
  ['waits for ever', 'await new Promise(() => {})', /cannot be imported: .* within 500 ms/],
  ['opens nothing', 'export const open = () => new Promise(() => {})', /open\(\) .* within 500 ms/],
])('a module that %s ends with 64', async (_, text, message) => {
  const file = join(freshFolder(), 'store.mjs')
  writeFileSync(file, text)
  const { status, err } = await command(file, '--timeout', '0.5')
  expect([status, err]).toEqual([64, expect.stringMatching(message)])
})

test.each([
  ['at once', 'process.exit(0)'],
  [
    'while cases run',
    `import { referenceBackend } from '${reference}'
let opened = 0
export function open() {
  if (++opened === 4) process.exit(0)
  return referenceBackend()
}`,
  ],
])('a module that ends the process %s does not look like a success', (_, text) => {
  const { status, out, err } = spawnCommand(text)
  expect([status, out, err]).toEqual([1, '', expect.stringMatching(/ended this process before/)])
})

test('a module that leaves a timer does not keep the command running', () => {
  const { status, err } = spawnCommand(`${opens}setInterval(() => {}, 1_000)`)
  expect([status, err]).toEqual([0, expect.stringMatching(/left timers or connections open/)])
})

const imports = `async () => (await import('${reference}')).referenceBackend()`
test.each([
  ['beside a class as its default', 'a.mjs', `${opens}export default class Store {}`],
  ['compiled to CommonJS', 'a.cjs', `exports.__esModule = true\nexports.default = ${imports}`],
  ['in a path with # and %', 'a #1 100%.mjs', opens],
])('a backend is found %s', (_, name, text) => {
  expect(spawnCommand(text, { name })).toMatchObject({ status: 0, err: '' })
})
