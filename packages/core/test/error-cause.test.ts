import { inspect } from 'node:util'
import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../src/data/codec.ts'
import { decodeData } from '../src/data/decode.ts'
import { SessionStoreError } from '../src/errors.ts'
import { testManager } from './support.ts'

const canary = 'canary-4711'
const shown = (error: unknown) => inspect(error, { depth: Infinity, showHidden: true })
const wrap = (cause: unknown) => new SessionStoreError('ERR_STORE_UNAVAILABLE', 'It failed', cause)
const withFields = (message: string, fields: object) => Object.assign(new Error(message), fields)
const reply = () =>
  withFields('OOM command not allowed', { command: { name: 'evalsha', args: ['sha', canary] } })
const url = `redis://app:${canary}@10.0.0.1:6379`

function loop(): Error {
  const error = withFields('round', { command: { name: 'get', args: [canary] } })
  error.cause = error
  return error
}

describe('the cause of a store error holds nothing that was to be written', () => {
  test.each<[string, unknown]>([
    ['the command of ioredis', reply()],
    [
      'the parameters of SQL',
      withFields('duplicate key', { sql: canary, parameters: [canary], detail: canary }),
    ],
    [
      'in a cause of a cause',
      new Error('outer', { cause: new Error('inner', { cause: reply() }) }),
    ],
    [
      'in an AggregateError',
      new AggregateError([reply(), new Error('b', { cause: reply() })], 'all'),
    ],
    ['in the last error of a Cluster', withFields('Failed to refresh', { lastNodeError: reply() })],
    ['in a circle', loop()],
    ['under a symbol', withFields('x', { [Symbol('command')]: canary })],
    ['in a URL', withFields(`Invalid URL ${url}`, { input: url })],
    ['in the URL of a cause', new Error('outer', { cause: `could not connect to ${url}` })],
    [
      'in what Redis does not know',
      withFields(`ERR unknown command 'X', with args beginning with: '${canary}' `, {}),
    ],
    ['as no error', { args: [canary] }],
    [
      'in the class of an error',
      new (class extends Error {
        args = [canary]
      })('x'),
    ],
  ])('%s', (_name, cause) => {
    const error = wrap(cause)
    expect(shown(error)).not.toContain(canary)
    expect(shown(wrap(new Error('outer', { cause: error })))).not.toContain(canary)
    expect(error.cause).toBeDefined()
  })

  test('and still tells what failed, where', () => {
    const first = withFields('connect ECONNREFUSED ::1:6379', {
      code: 'ECONNREFUSED',
      syscall: 'connect',
      port: 6379,
    })
    const original = withFields('boom', { name: 'ReplyError', command: { name: 'evalsha' } })
    original.cause = new AggregateError([first], 'none')
    const { cause } = wrap(original)
    expect(cause).toMatchObject({ name: 'ReplyError', message: 'boom', command: 'evalsha' })
    expect(cause).toHaveProperty('cause.errors', [
      expect.objectContaining({ code: 'ECONNREFUSED', port: 6379 }),
    ])
    const [, ...frames] = String(original.stack).split('\n')
    expect(String(Object(cause).stack).split('\n')).toEqual(['ReplyError: boom', ...frames])
  })

  test('nor does the detail', () => {
    const { detail } = new SessionStoreError('ERR_STORE_UNAVAILABLE', `Not at ${url}. Check it.`)
    expect(detail).toBe('Not at redis://***@10.0.0.1:6379. Check it.')
  })
})

describe('what a manager reports of a failing store holds nothing of the session', () => {
  test('neither its rejections, nor events, nor warnings', async () => {
    const { manager, intercept, told } = failing()
    const ann = createVisitor<Record<string, unknown>>(manager)
    await ann.request((session) => session.login(canary))
    intercept(['find', 'insert', 'replace', 'list', 'removeGroup'], async () => {
      throw reply()
    })
    await ann.request().catch((error) => told.push(error))
    await ann.read().catch((error) => told.push(error))
    await manager.sessions(canary).catch((error) => told.push(error))
    await manager.revokeAll(canary).catch((error) => told.push(error))
    expect(told.length).toBeGreaterThan(6)
    expect(shown(told)).not.toContain(canary)
    expect(shown(told)).toContain('evalsha')
  })

  function failing() {
    const told: unknown[] = []
    const { manager, intercept } = testManager({ warn: (...args) => told.push(args) })
    for (const type of ['failed', 'corrupt', 'discarded'] as const)
      manager.on(type, (event) => told.push(event))
    return { manager, intercept, told }
  }
})

describe('data that cannot be read', () => {
  test.each([
    `{"name":"${canary}`,
    `"${canary}"`,
    `{"a":{"$":"${canary}","v":1}}`,
    `{"a":{"$":"BigInt","v":"${canary}"}}`,
    `${canary}`,
  ])('is not in the error: %s', (text) => {
    const reading = () => decodeData(jsonCodec, Buffer.from(text))
    expect(reading).toThrow(TypeError)
    try {
      reading()
    } catch (error) {
      expect(shown(error)).not.toContain(canary)
      expect(String(Object(error).stack)).toContain('    at ')
    }
  })
})

test('a user id that is a number is not in the error that refuses it', async () => {
  const ann = createVisitor<Record<string, unknown>>(testManager().manager)
  await expect(ann.request((session) => session.login(4711 as never))).rejects.toThrow(
    "login() was given a number as the user's id",
  )
})
