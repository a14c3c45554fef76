import { randomBytes } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sojourn, writeTemporary } from '../support.ts'

const text = (bytes = 32) => randomBytes(bytes).toString('base64url')

test('secret makes 32 random bytes, another each time', async () => {
  const [one, two] = [await sojourn(['secret']), await sojourn(['secret'])]
  expect(one.stdout).toMatch(/^[\w-]{43}\n$/)
  expect(two.stdout).not.toBe(one.stdout)
  const { stdout } = await sojourn(['secret', '--json'])
  expect(JSON.parse(stdout).secret).toMatch(/^[\w-]{43}$/)
})

describe('secret --check', () => {
  const check = async (content: string, mode = 0o600) => {
    const file = writeTemporary('secret', content)
    chmodSync(file, mode)
    const [plain, json] = [
      await sojourn(['secret', '--check', file]),
      await sojourn(['secret', '--check', file, '--json']),
    ]
    for (const line of content.split('\n').filter(Boolean))
      expect(plain.stdout + plain.stderr + json.stdout).not.toContain(line)
    expect(json.status).toBe(plain.status)
    return { ...plain, report: JSON.parse(json.stdout) }
  }

  test('is content with what it makes, with a line feed or without, and with several lines', async () => {
    for (const content of [text(), `${text()}\n`, `${text()}\n${text()}\n`]) {
      const { status, stdout, report } = await check(content)
      expect(status).toBe(0)
      expect(stdout).toContain('can be used')
      expect(report.secrets[0]).toEqual({ line: 1, characters: 43, bits: 258 })
    }
  })

  test.each([
    ['too short', `${text(12)}\n`, /Line 1 .* is 16 bytes long/],
    [
      'digits that hold too little',
      `${randomBytes(16).toString('hex')}\n`,
      /at most 128 random bits/,
    ],
    [
      'the second line weak',
      `${text()}\n${'ab'.repeat(20)}\n`,
      /Line 2 .*(repeats|different|digits)/,
    ],
  ])('refuses a file that is %s', async (_, content, message) => {
    const { status, report } = await check(content)
    expect(status).toBe(2)
    expect(report.wrong.join()).toMatch(message)
  })

  test.each([
    ['nothing', ''],
    ['empty lines', '\n\r\n'],
  ])('refuses a file with %s', async (_, content) => {
    const { status, report } = await check(content)
    expect(status).toBe(2)
    expect(report).toMatchObject({ secrets: [], wrong: [expect.stringContaining('secret')] })
  })

  test('reads lines as an application does: a byte order mark and carriage returns are no part of them', async () => {
    const { status, report } = await check(`\ufeff${text()}\r\n${text()}\r`)
    expect(status).toBe(0)
    expect(report.secrets.map(({ characters }: { characters: number }) => characters)).toEqual([
      43, 43,
    ])
  })

  test('advises on who can read and change it', async () => {
    const { status, report } = await check(text(), 0o664)
    expect(status).toBe(1)
    expect(report.advice.join('\n')).toMatch(/Every user .* chmod 400.*\n.*group .* chmod g-w/)
  })

  test('says what is missing', async () => {
    const { status, stderr } = await sojourn(['secret', '--check', '/nowhere/secret'])
    expect(status).toBe(64)
    expect(stderr).toContain('/nowhere/secret cannot be read: ENOENT')
  })
})
