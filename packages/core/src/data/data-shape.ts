import { SessionUsageError } from '../errors.ts'
import { isThenable } from '../util/is-thenable.ts'
import type { Codec } from './codec.ts'
import { type DataObject, decodeData, sameBytes } from './decode.ts'
import { splitLibraryKeys } from './library-keys.ts'
import { type DataIssue, Misfit, withoutMessage } from './misfit.ts'
import { isPlainObject } from './object-kinds.ts'
import type { DataSchema, SchemaIssue } from './standard-schema.ts'

/**
 * A function of the option `migrations`: returns data of one version in the form of the next. Synchronous, without an
 * effect, and with the same result each time: until the data is written again, it runs whenever the data is read. It may
 * change and return what it is given.
 * @example
 * const migrate: DataMigration = ({ basket, ...rest }) => ({ ...rest, cart: basket })
 */
export type DataMigration = Bivariant['migrate']

/** A method, so that a migration may declare what the old data looked like. */
interface Bivariant {
  migrate(old: Record<string, unknown>): object
}

/** The options that say what stored data looks like, checked and with their defaults. */
export interface DataShapeOptions {
  readonly schema: DataSchema | undefined
  readonly version: number
  readonly migrations: Readonly<Record<number, DataMigration>>
  readonly onInvalidData: 'empty' | 'fail'
  readonly onNewerData: 'fail' | 'keep'
  readonly development: boolean
  readonly warn: (message: string) => void
}

/** Encoded data, and the version of the application whose form it has. */
export interface StoredData {
  readonly bytes: Uint8Array
  readonly version: number
}

/** Data as the handler sees it. */
export interface ShownData {
  readonly shown: Uint8Array
  /** `shown`, decoded, if that is known without decoding it. */
  readonly decoded?: DataObject | undefined
}

/**
 * What stored data looks like to this version of the application. Knows the options `schema`, `version` and `migrations`,
 * and nothing of sessions.
 *
 * Stored data goes through two steps: `upgrade`, by the migrations, gives what the next write stores; `show`, by the
 * schema, what the handler sees. Data that is empty, but for keys of Sojourn, goes through both as it is if the schema
 * refuses it: a new visitor has nothing.
 */
export class DataShape {
  readonly version: number
  readonly onInvalidData: 'empty' | 'fail'
  readonly onNewerData: 'fail' | 'keep'
  readonly #options: DataShapeOptions
  readonly #warned = new Set<string>()

  constructor(options: DataShapeOptions) {
    this.version = options.version
    this.onInvalidData = options.onInvalidData
    this.onNewerData = options.onNewerData
    this.#options = options
  }

  /** Returns data of an older version in the form of this one, and other data as it is. */
  upgrade(stored: StoredData, codec: Codec): StoredData | Misfit {
    if (!(stored.version < this.version)) return stored
    const { own, library } = splitLibraryKeys(decodeData(codec, stored.bytes))
    if (isEmpty(own)) return { bytes: stored.bytes, version: this.version }
    const migrated = this.#migrate(own, stored.version)
    if (migrated instanceof Misfit) return migrated
    return { bytes: codec.encode({ ...migrated, ...library }), version: this.version }
  }

  /** Returns what the handler sees of data that has been upgraded; `decoded` are the bytes, decoded, if they have been. */
  show(
    { bytes, version }: StoredData,
    codec: Codec,
    decoded = decodeData(codec, bytes),
  ): ShownData | Misfit {
    const isNewer = version > this.version
    if (isNewer && this.onNewerData === 'fail') return new Misfit('newer', [])
    const { own, library } = splitLibraryKeys(decoded)
    const fitting = this.#validate(own)
    if (fitting instanceof Misfit) {
      if (isEmpty(own)) return { shown: bytes, decoded }
      return isNewer ? new Misfit('newer', fitting.issues, fitting.cause) : fitting
    }
    const shown = codec.encode({ ...fitting, ...library })
    if (this.#options.development) this.#warnIfUnsteady(shown, bytes, codec)
    return sameBytes(shown, bytes) ? { shown: bytes, decoded } : { shown }
  }

  /** In development, returns why data that is about to be written does not fit; otherwise `undefined`. */
  refuse(shown: Uint8Array, codec: Codec): Misfit | undefined {
    if (!this.#options.development) return undefined
    const { own } = splitLibraryKeys(decodeData(codec, shown))
    const fitting = this.#validate(own)
    return fitting instanceof Misfit && !isEmpty(own) ? fitting : undefined
  }

  #migrate(own: DataObject, from: number): object | Misfit {
    let data: object = own
    for (let version = from; version < this.version; version++) {
      const what = `The migration of version ${version}`
      const migration = this.#options.migrations[version]
      if (!migration) return new Misfit('migration', [])
      try {
        data = migration(data as DataObject)
      } catch (thrown) {
        return new Misfit('migration', [], withoutMessage(what, thrown))
      }
      if (isThenable(data)) refuseAsync(data, what)
      if (!isPlainObject(data)) return new Misfit('migration', [])
    }
    return data
  }

  /** Returns the output of the schema, or the data as it is if there is no schema. */
  #validate(own: DataObject): object | Misfit {
    const { schema } = this.#options
    return schema ? validate(schema, own) : own
  }

  /** Warns if the schema makes something else of the data when it is given it again, or of its own output. */
  #warnIfUnsteady(shown: Uint8Array, bytes: Uint8Array, codec: Codec): void {
    const isSteady = (input: Uint8Array) => {
      const { own, library } = splitLibraryKeys(decodeData(codec, input))
      const fitting = this.#validate(own)
      if (fitting instanceof Misfit) return false
      return sameBytes(codec.encode({ ...fitting, ...library }), shown)
    }
    if (!isSteady(bytes))
      this.#warnOnce(
        'The schema makes something else of the same data each time, such as a random or current default. A default is not stored until ' +
          'the handler sets the key, so each request would see another one. Set such a value in the handler.',
      )
    else if (!isSteady(shown))
      this.#warnOnce(
        'The schema does not accept its own output as it is. What it returns is stored, and is its input in the next request: ' +
          'a transform must leave alone what it has transformed.',
      )
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    this.#options.warn(message)
  }
}

/**
 * Runs a schema.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an asynchronous schema, or one whose output is no object.
 */
export function validate(schema: DataSchema, data: unknown): object | Misfit {
  let result: ReturnType<DataSchema['~standard']['validate']>
  try {
    result = schema['~standard'].validate(data)
  } catch (thrown) {
    return new Misfit('schema', [], withoutMessage('The schema', thrown))
  }
  if (isThenable(result)) refuseAsync(result, 'The schema')
  if (result.issues) return new Misfit('schema', result.issues.map(toDataIssue))
  if (isPlainObject(result.value)) return result.value
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'The output of the schema is no plain object, and session.data is one. Give a schema of an object.',
  )
}

function refuseAsync(promise: PromiseLike<unknown>, what: string): never {
  Promise.resolve(promise).catch(() => undefined)
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `${what} is asynchronous, and session.data is read without waiting. Make it synchronous; check what needs a query in the handler.`,
  )
}

function toDataIssue({ message, path = [] }: SchemaIssue): DataIssue {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment))
  return { path: keys.join('.'), message }
}

function isEmpty(data: object): boolean {
  return Object.keys(data).length === 0
}
