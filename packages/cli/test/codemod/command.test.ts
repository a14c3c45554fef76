import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sojourn } from '../support.ts'

const mount =
  "import session from 'express-session'\napp.use(session({ secret: process.env.KEY }))\n"

/** Writes an application, and returns its folder. */
function application(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-codemod-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

test('changes nothing without --write, and with it whole files, which keep their mode', async () => {
  const cart = 'req.session.cart = []\n'
  const folder = application({ 'app.mjs': mount, 'src/cart.js': cart, 'node_modules/a/a.js': cart })
  chmodSync(join(folder, 'src/cart.js'), 0o640)
  const dry = await sojourn(['migrate', 'codemod', folder])
  expect(dry).toMatchObject({ status: 0, stderr: '' })
  expect(dry.stdout).toMatch(/2 places in 2 files would be changed/)
  expect(readFileSync(join(folder, 'src/cart.js'), 'utf8')).toBe(cart)

  const written = await sojourn(['migrate', 'codemod', folder, '--write', '--json'])
  expect(JSON.parse(written.stdout)).toMatchObject({ written: true })
  expect(readFileSync(join(folder, 'src/cart.js'), 'utf8')).toBe('req.session.data.cart = []\n')
  expect(readFileSync(join(folder, 'node_modules/a/a.js'), 'utf8')).toBe(cart)
  expect(statSync(join(folder, 'src/cart.js')).mode & 0o777).toBe(0o640)
  expect(readdirSync(join(folder, 'src'))).toEqual(['cart.js'])

  const again = await sojourn(['migrate', 'codemod', folder])
  expect(again.status).toBe(64)
  expect(again.stderr).toContain('No file at these paths imports express-session')
})

test('lists what is left, with line, reason and section, and exits with 1', async () => {
  const folder = application({ 'app.mjs': `${mount}req.session.userId = 1\n` })
  const { status, stdout } = await sojourn(['migrate', 'codemod', folder])
  expect(status).toBe(1)
  expect(stdout.replace(/\s+/g, ' ')).toMatch(
    /move-from-express-session.md#log-users-in .*app.mjs:3 req.session.userId = 1 Only a login sets it/,
  )
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('leaves a file alone that cannot be parsed, names it, and exits with 2', async () => {
  const broken = 'req.session.cart = [\n'
  const folder = application({ 'app.mjs': mount, 'broken.js': broken })
  writeFileSync(join(folder, 'latin.js'), Buffer.from('req.session.cart = "\xe9"', 'latin1'))
  const { status, stdout } = await sojourn(['migrate', 'codemod', folder, '--write', '--json'])
  expect(status).toBe(2)
  const failures = JSON.parse(stdout).files.flatMap(({ failure = [] }) => failure)
  expect(failures).toEqual([
    expect.stringMatching(/parsed: line 2/),
    expect.stringMatching(/UTF-8/),
  ])
  expect(readFileSync(join(folder, 'broken.js'), 'utf8')).toBe(broken)
})

test('if one file cannot be written, all are as they were', async () => {
  const folder = application({ 'app.mjs': mount, 'last/cart.js': 'req.session.cart = []\n' })
  // The name of the next text is taken in this folder, as if it could not be written.
  writeFileSync(join(folder, 'last', `.sojourn-${process.pid}-1.tmp`), '')
  const { status, stderr, stdout } = await sojourn(['migrate', 'codemod', folder, '--write'])
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^Nothing was changed/)
  expect(readFileSync(join(folder, 'app.mjs'), 'utf8')).toBe(mount)
  expect(readdirSync(folder)).toEqual(['app.mjs', 'last'])
})

test('refuses a path that is not there', async () => {
  const { status, stderr } = await sojourn(['migrate', 'codemod', '/nowhere/at-all'])
  expect(status).toBe(64)
  expect(stderr).toContain('/nowhere/at-all is not there')
})
