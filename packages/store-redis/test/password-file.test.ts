import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { passwordReader } from '@sojourn/store-redis'
import { expect, onTestFinished, test } from 'vitest'

function passwordFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-password-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'redis')
  writeFileSync(path, content)
  return path
}

test('the password is that which is in the file now, without the line end', () => {
  const path = passwordFile('first\n')
  const password = passwordReader(path)
  expect(password()).toBe('first')
  writeFileSync(path, 'second\r\n')
  expect(password()).toBe('second')
})

test.each([
  'second\nfirst\n',
  'second\r\nfirst\r\n',
  '\ufeffsecond\n',
  '\nsecond',
  `second\n${'first'.repeat(20)}`,
])('the password is the first line of %j', (content) => {
  const path = passwordFile('first\n')
  const password = passwordReader(path)
  writeFileSync(path, content)
  expect(password()).toBe('second')
})

test('while the file is empty or away, the password is that from before', () => {
  const path = passwordFile('first')
  const password = passwordReader(path)
  writeFileSync(path, '\n')
  expect(password()).toBe('first')
  rmSync(path)
  expect(password()).toBe('first')
  writeFileSync(path, 'second')
  expect(password()).toBe('second')
})

test.each([
  ['empty', ''],
  ['a line end alone', '\n'],
])('a file that is %s fails the start, with its path', (_, content) => {
  const path = passwordFile(content)
  const refused = { code: 'ERR_SECRET_WEAK', message: expect.stringContaining(path) }
  expect(() => passwordReader(path)).toThrow(expect.objectContaining(refused))
})

test('a file that is not there fails the start', () => {
  expect(() => passwordReader('/nowhere/redis')).toThrow(/\/nowhere\/redis cannot be read/)
})
