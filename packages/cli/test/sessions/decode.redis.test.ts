import { writeFileSync } from 'node:fs'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import { createTestCarrier } from '@sojourn/core/testing'
import { sharedServers } from '@sojourn/redis-lab'
import { cookieStore } from '@sojourn/store-cookie'
import { createClient, RESP_TYPES } from 'redis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Result, sojourn, start, writeTemporary } from '../support.ts'
import { startApplication } from './fixture.ts'

const { standalone, cluster } = sharedServers()
const oneLine = (text: string) => text.replace(/\s+/g, ' ')
const keysOf = (args: readonly string[]) => args.slice(args.indexOf('--secret-file'))
const other = writeTemporary('other', 'x7Kq9Zt2Lm4Np6Rs8Uv0Wy1Aa3Cc5Ee0Gg2\n')

/** Decodes a text from a file. */
const decode = (text: string, ...args: readonly string[]) =>
  sojourn(['decode', '--file', writeTemporary('input', text), ...args])

describe('a token', () => {
  test('is explained part by part, and its secret part is in no output', async () => {
    const { args, visit } = await startApplication(standalone)
    const { id, cookie } = await visit((session) => session.login('ada'))
    const token = cookie.slice('__Host-sid='.length)
    const [, , , secret = '', signature = ''] = token.split('.')
    for (const text of [
      cookie,
      token,
      `Cookie: theme=dark; ${cookie}\r\n`,
      `Set-Cookie: ${cookie}; Path=/; Secure`,
    ])
      for (const format of [[], ['--json']]) {
        const { status, stdout, stderr } = await decode(text, ...keysOf(args), ...format)
        expect([status, stderr]).toEqual([0, ''])
        expect(stdout).toContain(id)
        expect(oneLine(stdout)).toMatch(/right, by line 1 of the secrets/)
        expect(stdout).not.toContain(secret)
        expect(stdout).not.toContain(signature)
      }
  })

  test('that these secrets have not signed is told from one that they have', async () => {
    const { args, visit } = await startApplication(standalone)
    const { cookie } = await visit((session) => session.login('ada'))
    const wrong = await decode(cookie, '--secret-file', other)
    expect(wrong.status).toBe(2)
    expect(oneLine(wrong.stdout)).toMatch(/namespace another.* signature wrong/)
    const renamed = await decode(
      cookie.replace('__Host-sid', 'sid'),
      ...keysOf(args),
      '--cookie-name',
      'sid',
    )
    expect(oneLine(renamed.stdout)).toContain('signature wrong')
    const unchecked = await decode(cookie)
    expect(unchecked.status).toBe(0)
    expect(oneLine(unchecked.stdout)).toContain('not checked: give --secret-file')
  })

  test('comes by stdin too', async () => {
    const { args, visit } = await startApplication(standalone)
    const { id, cookie } = await visit((session) => session.login('ada'))
    const { child, ended } = start(['decode', ...keysOf(args)])
    child.stdin.end(cookie)
    const { status, stdout }: Result = await ended
    expect(status).toBe(0)
    expect(stdout).toContain(id)
  })
})

describe('a sealed session', () => {
  const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
  const secretFile = writeTemporary('secret', secret)
  const seal = async (data: object, at = Date.now()) => {
    const manager = createSessionManager<Record<string, unknown>>(
      defaultConfig(secret, { store: cookieStore(), clock: () => at }),
    )
    const carrier = createTestCarrier()
    const session = await manager.load(carrier)
    await session.login('ada')
    Object.assign(session.data, data)
    await manager.commit(session, carrier)
    return carrier.setCookies.map((line) => line.split(';')[0]).join('; ')
  }

  test('is opened, also when it has expired long ago', async () => {
    for (const at of [Date.now(), Date.UTC(2001, 0, 1)]) {
      const { status, stdout } = await decode(
        await seal({ role: 'admin' }, at),
        '--secret-file',
        secretFile,
      )
      expect(status).toBe(0)
      expect(oneLine(stdout)).toMatch(
        /sealed in its cookie.* alg dir .* seal right.* userId ada .* "role": "admin"/,
      )
    }
  })

  test('is joined where it takes several cookies', async () => {
    const noise = Array.from({ length: 500 }, (_, n) => `item ${n}`)
    const cookie = await seal({ noise })
    expect(cookie).toContain('__Host-sid.1=')
    const { stdout } = await decode(cookie, '--secret-file', secretFile, '--json')
    expect(JSON.parse(stdout)[0].data.noise).toHaveLength(500)
  })

  test('stays closed without its secret', async () => {
    const cookie = await seal({ role: 'admin' })
    const wrong = await decode(cookie, '--secret-file', other)
    expect([wrong.status, oneLine(wrong.stdout)]).toEqual([
      2,
      expect.stringContaining('seal wrong'),
    ])
    const none = await decode(cookie)
    expect([none.status, oneLine(none.stdout)]).toEqual([
      0,
      expect.stringContaining('seal not opened'),
    ])
    for (const { stdout } of [wrong, none]) expect(stdout).not.toContain('admin')
  })
})

describe('a value of Redis', () => {
  const client = createClient({ socket: { port: standalone.port } })
  const bytesAt = async (key: string) => {
    if (!client.isOpen) await client.connect()
    onTestFinished(() => (client.isOpen ? client.destroy() : undefined))
    return client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).get(key)
  }
  const keyOf = (prefix: string, id: string) => `${prefix}{${id.replace('.', '}:')}`

  test.each([false, true])('is decoded from its bytes, signed: %s', async (signRows) => {
    const { args, prefix, visit } = await startApplication(standalone, {}, { signRows })
    const { id } = await visit(async (session) => {
      await session.login('ada')
      session.data['cart'] = ['A-1042']
    })
    const bytes = (await bytesAt(keyOf(prefix, id))) ?? Buffer.of()
    const file = writeTemporary('value', '')
    const quoted = [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
    for (const content of [bytes, Buffer.concat([bytes, Buffer.of(10)]), `"${quoted}"\n`]) {
      writeFileSync(file, content)
      const { status, stdout } = await sojourn(['decode', '--file', file, ...keysOf(args)])
      expect(status).toBe(0)
      expect(oneLine(stdout)).toMatch(/as Redis keeps it.* codec msgpack .* userId ada .* "A-1042"/)
    }
  })

  test.each([standalone, cluster])('is decoded at its key, with its signature', async (address) => {
    const { args, prefix, visit, manager } = await startApplication(address, {}, { signRows: true })
    const { id } = await visit((session) => session.login('ada'))
    const at = ['decode', '--key', keyOf(prefix, id), ...args]
    expect(oneLine((await sojourn(at)).stdout)).toMatch(/signature right/)
    const wrong = await sojourn([...at, '--secret-file', other])
    expect([wrong.status, oneLine(wrong.stdout)]).toEqual([
      2,
      expect.stringContaining('signature wrong'),
    ])
    await manager.revoke(id)
    expect(oneLine((await sojourn(at)).stdout)).toMatch(/no late write.* reason revoked/)
  })

  test('that is none is refused', async () => {
    const { args } = await startApplication(standalone)
    const { status, stderr } = await decode('nothing of ours', ...keysOf(args))
    expect(status).toBe(2)
    expect(stderr).toContain('neither a cookie nor a token nor a stored value')
    const key = await sojourn(['decode', '--key', 'other:{a}:b', ...args])
    expect([key.status, key.stderr]).toEqual([
      64,
      expect.stringContaining('not the key of a session'),
    ])
  })
})

test('a token as an argument is refused, and not repeated', async () => {
  const { args, visit } = await startApplication(standalone)
  const { cookie } = await visit(({ data }) => Object.assign(data, { n: 1 }))
  const { status, stdout, stderr } = await sojourn(['decode', cookie, ...args])
  expect([status, stdout]).toEqual([64, ''])
  expect(stderr).toMatch(/refused on the\s+command line/)
  expect(stderr).not.toContain(cookie.split('.').at(-1))
})
