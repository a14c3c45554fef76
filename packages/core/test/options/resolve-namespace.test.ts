import { describe, expect, test } from 'vitest'
import { resolveNamespace } from '../../src/options/resolve-namespace.ts'

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
    ]
    const namespaces = cookies.map((cookie) => resolveNamespace(undefined, cookie))
    expect(new Set(namespaces).size).toBe(cookies.length)
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
