import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { aclRules, storeCommands } from '../src/acl.ts'
import * as scripts from '../src/scripts.ts'

/** Every command that may be sent, and the words beside it that came later, by the version of Redis that brought them. */
const known: Record<string, string> = {
  GET: '1.0',
  SET: '1.0',
  DEL: '1.0',
  EXISTS: '1.0',
  MGET: '1.0',
  PING: '1.0',
  PEXPIRE: '2.6',
  PTTL: '2.6',
  TIME: '2.6',
  EVAL: '2.6',
  EVALSHA: '2.6',
  SCAN: '2.8',
  WAIT: '3.0',
  ZADD: '1.2',
  ZCARD: '1.2',
  ZRANGE: '1.2',
  ZREM: '1.2',
}
const words: Record<string, string> = {
  PX: '2.6.12',
  XX: '2.6.12',
  WITHSCORES: '1.2',
  BYSCORE: '6.2',
  LIMIT: '6.2',
  MATCH: '2.8',
  COUNT: '2.8',
}

const sources = new URL('../src/', import.meta.url)
const code = readdirSync(sources)
  .map((name) =>
    readFileSync(new URL(name, sources), 'utf8').replace(/^ *(\/?\*|\/\/|--).*$/gm, ''),
  )
  .join('\n')
const used = new Set(Array.from(code.matchAll(/'([A-Z]{2,})'/g), ([, word = '']) => word))

test('every word in capitals that goes to Redis is one that Redis 6.2 knows', () => {
  const replies = ['ERR', 'READONLY', 'NOSCRIPT', 'MOVED', 'TRYAGAIN', 'NOAUTH']
  const unknown = [...used].filter(
    (word) => !(word in known || word in words || replies.includes(word)),
  )
  expect(unknown).toEqual([])
})

test('the list names no command that is not used', () => {
  expect(Object.keys(known).filter((name) => !used.has(name))).toEqual([])
})

test('every script is found by the commands that this test looks for', () => {
  const called = Object.values(scripts).flatMap(({ body }) =>
    Array.from(body.matchAll(/redis\.call\((\S+?)[,)]/g), ([, name = '']) => name),
  )
  expect(called.length).toBeGreaterThan(20)
  for (const name of called) expect(name === 'command' || /^'[A-Z]+'$/.test(name)).toBe(true)
})

test('the rights of the ACL are exactly these', () => {
  expect(storeCommands.map((name) => name.toUpperCase()).sort()).toEqual(Object.keys(known).sort())
})

test('the README grants these rights', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(aclRules().join(' '))
})

test('the pattern of the keys has no other meaning than the prefix', () => {
  expect(aclRules({ prefix: 'a*[b]?\\', clientCommands: ['info'] })).toEqual([
    'resetchannels',
    '~a\\*\\[b\\]\\?\\\\*',
    '-@all',
    ...storeCommands.map((name) => `+${name}`),
    '+info',
  ])
  expect(() => aclRules({ prefix: '{a}' })).toThrow(/braces/)
})
