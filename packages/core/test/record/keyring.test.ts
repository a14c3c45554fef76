import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createKeyring } from '../../src/record/keyring.ts'
import { secretFromFile } from '../../src/record/secret-file.ts'

const secret = () => randomBytes(32).toString('base64')
const hex = (bytes: number) => randomBytes(bytes).toString('hex')
const cookieName = 'sid'
const exported = (keyring: ReturnType<typeof createKeyring>, purpose: string) =>
  keyring
    .derive(purpose)()
    .map((key) => key.export().toString('hex'))

describe('a keyring', () => {
  test('derives another key for every purpose, cookie name, namespace and secret', () => {
    const [one, two] = [secret(), secret()]
    const base = createKeyring({ secretKey: one, cookieName })
    const renamed = createKeyring({ secretKey: one, cookieName: 'other' })
    const elsewhere = createKeyring({ secretKey: one, cookieName, namespace: 'shop' })
    const both = createKeyring({ secretKey: one, cookieName: 'other', namespace: 'shop' })
    const other = createKeyring({ secretKey: two, cookieName })
    const keys = [
      ...exported(base, 'token'),
      ...exported(base, 'seal'),
      ...exported(renamed, 'token'),
      ...exported(elsewhere, 'token'),
      ...exported(both, 'token'),
      ...exported(other, 'token'),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(exported(base, 'token')).toEqual(
      exported(createKeyring({ secretKey: one, cookieName }), 'token'),
    )
  })

  test('keeps the order of the secrets, the signing one first', () => {
    const [one, two] = [secret(), secret()]
    const keyring = createKeyring({ secretKey: [one, two], indexKey: one, cookieName })
    const alone = createKeyring({ secretKey: one, cookieName })
    expect(exported(keyring, 'token')[0]).toBe(exported(alone, 'token')[0])
  })

  test.each([
    [
      { cookieName: 'a', namespace: 'b/c' },
      { cookieName: 'a/b', namespace: 'c' },
    ],
    [
      { cookieName: 'a', namespace: 'b","c' },
      { cookieName: 'a","b', namespace: 'c' },
    ],
    [
      { cookieName: 'a', namespace: 'bc' },
      { cookieName: 'ab', namespace: 'c' },
    ],
  ])('joins names without a doubt: %o, %o', (one, other) => {
    const secretKey = secret()
    expect(exported(createKeyring({ secretKey, ...one }), 'token')).not.toEqual(
      exported(createKeyring({ secretKey, ...other }), 'token'),
    )
  })

  test('derives the keys of ids by the namespace alone, and keeps them when keys are rolled', () => {
    const [old, current] = [secret(), secret()]
    const options = { secretKey: old, cookieName, namespace: 'shop' }
    const indexOf = (changed: object, purpose = 'id') =>
      createKeyring({ ...options, ...changed })
        .deriveIndex(purpose)
        .export()
        .toString('hex')
    expect(indexOf({ cookieName: 'other' })).toBe(indexOf({}))
    expect(indexOf({ secretKey: [current, old], indexKey: old })).toBe(indexOf({}))
    const others = [{ namespace: 'blog' }, { namespace: undefined }, { indexKey: current }, {}]
    const keys = [...others.map((changed) => indexOf(changed)), indexOf({}, 'group')]
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('refuses several secrets without an indexKey and says how to keep the old value', () => {
    const make = () => createKeyring({ secretKey: [secret(), secret()], cookieName })
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(make).toThrow(/indexKey to the secret that was the only secretKey before/)
  })
})

describe('a secret is refused', () => {
  const cases: [string, unknown, RegExp][] = [
    ['when it is undefined', undefined, /missing.*environment variable/],
    ['when it is empty', '', /missing/],
    ['when it is blank', ' '.repeat(40), /repeats itself/],
    ['of 31 characters', secret().slice(0, 31), /31 bytes long/],
    ['of 31 bytes', randomBytes(31), /31 bytes long, under 32/],
    ['of 16 bytes in hexadecimal', hex(16), /at most 128 random bits, under 256.*rand -base64 32/],
    ['of 31 bytes in hexadecimal', hex(31), /at most 248 random bits/],
    ['of capital hexadecimal digits', hex(20).toUpperCase(), /at most 160 random bits/],
    ['of hexadecimal digits with colons', hex(16).replace(/(..)(?=.)/g, '$1:'), /at most 128/],
    ['that is a UUID', randomUUID(), /at most 128 random bits/],
    ['of 0x and digits', `0x${hex(16)}`, /at most 128 random bits/],
    ['of a file in hexadecimal, as bytes', Buffer.from(`${hex(16)}\n`), /at most 128 random bits/],
    [
      'in hexadecimal, as a list of bytes',
      `[${hex(16).replace(/(..)(?=.)/g, '0x$1, ')}]`,
      /at most 12\d/,
    ],
    ['in hexadecimal, with escapes', hex(16).replace(/(..)/g, '\\x$1'), /at most 128 random bits/],
    ['of a UUID in braces', `{${randomUUID()}}`, /at most 128 random bits/],
    ['of 40 decimal digits', '1739582046918273645017395820469182736451', /at most 132 random bits/],
    ['in a list, in hexadecimal', [secret(), hex(16)], /secretKey\[1\] consists of digits/],
    ['that is a number', 1234567890, /a number/],
    ['that is a promise', Promise.resolve(secret()), /a Promise/],
    ['that is a function', () => secret(), /a function/],
    ['of one character', 'a'.repeat(64), /repeats itself/],
    ['that repeats a word', 'correct-horse-'.repeat(4), /repeats itself/],
    ['with few different bytes', new Uint8Array(32).fill(7), /repeats itself/],
    ['from a tutorial', 'keyboard cat keyboard dog 1234567890', /sample/],
    ['from a README', 'your-32-byte-secret-key-here!-and-more', /sample/],
    ['that says changeme', 'please-changeme-before-production-9', /sample/],
    ['in an empty list', [], /lists 0 secrets/],
    ['given twice', Array(2).fill(secret()), /same secret twice/],
    ['among 9', Array.from({ length: 9 }, secret), /lists 9 secrets/],
  ]
  test.each(cases)('%s', (_title, secretKey, message) => {
    const make = () =>
      createKeyring({ secretKey: secretKey as string, indexKey: randomBytes(32), cookieName })
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_SECRET_WEAK' }))
    expect(make).toThrow(message)
  })

  test('and never stands in the message', () => {
    for (const weak of ['hunter2-hunter2', hex(16), 'keyboard cat and a very long tail of words'])
      expect(() => createKeyring({ secretKey: weak, cookieName })).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining(weak) }),
      )
  })
})

test.each<[string, string | Uint8Array]>([
  ['32 bytes in hexadecimal', hex(32)],
  ['32 bytes in base64', secret()],
  ['32 bytes', randomBytes(32)],
  ['32 bytes in hexadecimal, as bytes', Buffer.from(`${hex(32)}\n`)],
  ['24 bytes in base64, 192 bits', 'Zm4fJq0+8sTzXc1vB/kLw9RyUe27HdQa'],
  ['words with a digit', 'crane 7 velvet oboe harbour quince'],
  ['a text of several lines, not each a secret', `-----BEGIN-----\n${secret()}\n${secret()}\n`],
])('a secret is accepted: %s', (_title, secretKey) => {
  expect(createKeyring({ secretKey, cookieName }).derive('token')()).toHaveLength(1)
})

describe('secretFromFile', () => {
  test('reads a mounted secret without its line end', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'sojourn-')), 'secret')
    const text = secret()
    writeFileSync(path, `${text}\n`)
    expect(secretFromFile(path)).toBe(text)
  })

  test.each([
    ['marked with its byte order', (text: string) => Buffer.from(`\ufeff${text}\r\n`)],
    ['without a line end', (text: string) => Buffer.from(text)],
  ])('reads a text %s', (_title, encode) => {
    const path = join(mkdtempSync(join(tmpdir(), 'sojourn-')), 'secret')
    const text = secret()
    writeFileSync(path, encode(text))
    expect(secretFromFile(path)).toBe(text)
  })

  test.each([
    ['random bytes', () => Buffer.concat([Buffer.of(0xff), randomBytes(32)])],
    ['UTF-16', () => Buffer.from(`\ufeff${secret()}`, 'utf16le')],
  ])('refuses a file of %s: read as text it would lose half of them', (_title, content) => {
    const path = join(mkdtempSync(join(tmpdir(), 'sojourn-')), 'secret')
    writeFileSync(path, content())
    expect(() => secretFromFile(path)).toThrow(/is not text in UTF-8/)
  })

  test('names a file that is not there', () => {
    expect(() => secretFromFile('/nowhere/secret')).toThrow(/nowhere\/secret cannot be read/)
  })
})

test('the file of a rolling secret is refused as a secret: after its next change nobody would be known', () => {
  const secretKey = `${secret()}\r\n${secret()}`
  expect(() => createKeyring({ secretKey, cookieName })).toThrow(
    /secretKey is 2 lines, each long enough for a secret.*rollingSecret/,
  )
  expect(() => createKeyring({ secretKey: secret(), indexKey: secretKey, cookieName })).toThrow(
    /indexKey is 2 lines/,
  )
})
