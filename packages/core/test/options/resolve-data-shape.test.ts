import { describe, expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { resolveDataShape } from '../../src/options/resolve-data-shape.ts'
import { schemaOf } from '../data/schemas.ts'

const schema = schemaOf((data) => data)
const same = (data: object) => data
const resolve = (options: object) => resolveDataShape(options as SessionOptions)

test('without a schema and a version there is nothing to apply', () => {
  expect(resolve({})).toBe(undefined)
})

test('a schema alone has version 1; a version may come without a schema', () => {
  expect(resolve({ schema })?.version).toBe(1)
  expect(resolve({ version: 2, migrations: { 1: same } })?.version).toBe(2)
  expect(resolve({ version: 1 })?.version).toBe(1)
})

test('versions whose data has all expired need no migration any more', () => {
  expect(resolve({ version: 4, migrations: { 3: same } })?.version).toBe(4)
})

describe('refuses', () => {
  test.each<[string, object, string]>([
    ['no version', { version: 0 }, 'version is 0'],
    ['half a version', { version: 1.5 }, 'version is 1.5'],
    ['a text as version', { version: '2' }, "version is '2'"],
    ['migrations without a version', { migrations: { 1: same } }, 'migrations has no effect'],
    ['onInvalidData without a schema', { onInvalidData: 'fail' }, 'onInvalidData has no effect'],
    ['onNewerData without a version', { onNewerData: 'keep' }, 'onNewerData has no effect'],
    ['a version without migrations', { version: 3 }, 'migrations has no function for version 2'],
    ['a gap', { version: 4, migrations: { 1: same, 3: same } }, 'no function for version 2'],
    [
      'a migration of this version',
      { version: 2, migrations: { 1: same, 2: same } },
      "migrations has '2', and version is 2",
    ],
    [
      'a migration of no version',
      { version: 2, migrations: { 1: same, one: same } },
      "migrations has 'one'",
    ],
    [
      'what is no function',
      { version: 2, migrations: { 1: {} } },
      'The migration of version 1 is an object',
    ],
    ['what is no object', { version: 2, migrations: same }, 'migrations is a function'],
    ['another word', { schema, onInvalidData: 'ignore' }, "Give 'empty' or 'fail'"],
    ['another word for newer data', { schema, onNewerData: 'drop' }, "Give 'fail' or 'keep'"],
    ['what is no schema', { schema: {} }, 'schema implements no Standard Schema'],
    ['a function', { schema: same }, 'schema implements no Standard Schema'],
  ])('%s', (_, options, message) => {
    expect(() => resolve(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG_INVALID',
        message: expect.stringContaining(message),
      }),
    )
  })

  test('an asynchronous schema, whose rejection harms nobody', () => {
    const validate = () => Promise.reject(new Error('late'))
    const asynchronous = { '~standard': { ...schema['~standard'], validate } }
    expect(() => resolve({ schema: asynchronous })).toThrow('The schema is asynchronous')
  })

  test('a schema of something else than an object', () => {
    expect(() => resolve({ schema: schemaOf(() => new Date()) })).toThrow('no plain object')
  })
})
