import { DataShape, validate } from '../data/data-shape.ts'
import { check, checkOneOf } from '../util/check.ts'
import { quote } from '../util/quote.ts'
import type { SessionOptions } from './options.ts'

/**
 * Returns what the options `schema`, `version`, `migrations`, `onInvalidData` and `onNewerData` say; `undefined` if neither a
 * schema nor a version is given.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`, also for a schema that turns out to be asynchronous.
 */
export function resolveDataShape(options: SessionOptions): DataShape | undefined {
  const { schema, migrations = {}, onInvalidData = 'empty', onNewerData = 'fail' } = options
  const { version = 1, development = false, warn = console.warn } = options
  if (schema === undefined && options.version === undefined) {
    checkAlone(options)
    return undefined
  }
  checkVersion(version)
  checkMigrations(migrations, version)
  checkSchema(schema)
  return new DataShape({
    schema,
    version,
    migrations,
    onInvalidData: checkOneOf('onInvalidData', onInvalidData, ['empty', 'fail']),
    onNewerData: checkOneOf('onNewerData', onNewerData, ['fail', 'keep']),
    development,
    warn,
  })
}

/** Refuses the options that would have no effect without a schema or a version. */
function checkAlone(options: SessionOptions): void {
  for (const name of ['migrations', 'onInvalidData', 'onNewerData'] as const)
    check(
      options[name] === undefined,
      `${name} has no effect without schema or version`,
      'Give the version of the data: version: 2',
    )
}

function checkVersion(version: number): void {
  check(
    Number.isSafeInteger(version) && version > 0,
    `version is ${quote(version)}`,
    'Give a whole number above 0, one more with each change of the data',
  )
}

/** Checks that there is a migration for each step from the oldest version that still migrates. */
function checkMigrations(migrations: object, version: number): void {
  const isObject = typeof migrations === 'object' && migrations !== null
  check(isObject, `migrations is ${quote(migrations)}`, 'Give an object: { 1: (old) => ({ … }) }')
  const known = Object.entries(migrations)
  for (const [from, migration] of known) {
    check(
      /^[1-9]\d*$/.test(from) && Number(from) < version,
      `migrations has ${quote(from)}, and version is ${version}`,
      `Its keys are the versions to migrate from, 1 to ${Math.max(version - 1, 1)}`,
    )
    check(
      typeof migration === 'function',
      `The migration of version ${from} is ${quote(migration)}`,
      'Give a function that returns the data of the next version',
    )
  }
  const oldest = Math.min(...known.map(([from]) => Number(from)), version - 1)
  for (let from = oldest; from < version; from++)
    check(
      from === 0 || Object.hasOwn(migrations, from),
      `migrations has no function for version ${from}`,
      `Give one; if data of version ${from} fits as it is: ${from}: (data) => data`,
    )
}

function checkSchema(schema: SessionOptions['schema']): void {
  if (schema === undefined) return
  const standard: unknown = Object(schema)['~standard']
  check(
    typeof Object(standard).validate === 'function' && Object(standard).version === 1,
    'schema implements no Standard Schema, version 1',
    'Give a schema of zod 3.24 or later, valibot 1, arktype 2, or another library of https://standardschema.dev',
  )
  validate(schema, {}) // an asynchronous schema is found here, and not by the first visitor
}
