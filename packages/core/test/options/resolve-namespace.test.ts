import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { resolveNamespace } from '../../src/options/resolve-namespace.ts'
import { createKeyring } from '../../src/record/keyring.ts'

const host = { cookieName: '__Host-sid', domain: undefined, path: '/' }

describe('the namespace by default', () => {
  test('is the name of the cookie', () => {
    expect(resolveNamespace(undefined, host)).toBe('__Host-sid')
  })

  test('differs where a browser keeps two cookies apart', () => {
    const cookies = [
      host,
      { ...host, cookieName: 'sid' },
      { ...host, domain: 'example.com' },
      { ...host, domain: 'www.example.com' },
      { ...host, path: '/shop' },
      { ...host, path: '/shop; Path=/blog' },
      { ...host, domain: 'example.com', path: '/shop' },
      { ...host, path: `/${'p'.repeat(1022)}` },
      { ...host, path: `/${'p'.repeat(1023)}` },
      { ...host, domain: 'd'.repeat(1023), path: `/${'p'.repeat(1023)}` },
    ]
    const namespaces = cookies.map((cookie) => resolveNamespace(undefined, cookie))
    expect(new Set(namespaces).size).toBe(cookies.length)
  })

  test('is short enough for keys to derive from it, however long name, domain and path are', () => {
    const cookie = {
      cookieName: 'n'.repeat(256),
      domain: 'd'.repeat(1023),
      path: `/${'p'.repeat(1023)}`,
    }
    for (const path of ['/', '/shop', cookie.path]) {
      const namespace = resolveNamespace(undefined, { ...cookie, path })
      const keyring = createKeyring({ ...cookie, secretKey: randomBytes(32), namespace })
      expect(keyring.derive('token')()).toHaveLength(1)
      expect(keyring.deriveIndex('group').symmetricKeySize).toBe(32)
    }
    const short = { ...cookie, domain: undefined, path: `/${'p'.repeat(248)}` } // 512 characters
    const namespace = resolveNamespace(undefined, short)
    expect(namespace).toHaveLength(512)
    createKeyring({ ...short, secretKey: randomBytes(32), namespace }).derive('token')
  })

  test('is the same where a browser does not', () => {
    const namespaceOf = (domain: string) => resolveNamespace(undefined, { ...host, domain })
    expect(namespaceOf('.Example.com')).toBe(namespaceOf('example.com'))
  })
})

describe('a namespace', () => {
  test.each(['shop', 'x', 'shop & blog', '~'.repeat(64)])('%s is taken as it is', (namespace) => {
    expect(resolveNamespace(namespace, host)).toBe(namespace)
  })

  test.each([
    [''],
    ['x'.repeat(65)],
    ['caf\u00e9'],
    ['a\nb'],
    ['a\u0000'],
    [7],
    [null],
    [['shop']],
  ])('%o is refused', (namespace) => {
    expect(() => resolveNamespace(namespace, host)).toThrow(
      /^namespace is .*Give 1 to 64 printable ASCII characters/,
    )
  })
})
