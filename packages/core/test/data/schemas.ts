import type { Codec } from '../../src/data/codec.ts'
import { jsonCodec } from '../../src/data/codec.ts'
import { DataShape, type DataShapeOptions } from '../../src/data/data-shape.ts'
import type { DataObject } from '../../src/data/decode.ts'
import type { Misfit } from '../../src/data/misfit.ts'
import { ShapedData } from '../../src/data/shaped-data.ts'
import type { DataSchema, SchemaIssue } from '../../src/data/standard-schema.ts'

/** Returns a schema that is `parse`: it returns its output, or throws the issues as an array. */
export function schemaOf(parse: (data: DataObject) => object): DataSchema {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(data) {
        try {
          return { value: parse(data as DataObject) }
        } catch (issues) {
          if (Array.isArray(issues)) return { issues: issues as SchemaIssue[] }
          throw issues
        }
      },
    },
  }
}

/** Returns a schema that keeps these keys if they are numbers, strips others, and adds defaults. */
export function numbers(keys: readonly string[], defaults: DataObject = {}): DataSchema {
  return schemaOf((data) => {
    const known = Object.entries(data).filter(([key]) => keys.includes(key) || key in defaults)
    const wrong = known.filter(([key, value]) => keys.includes(key) && typeof value !== 'number')
    if (wrong.length > 0) throw wrong.map(([key]) => ({ message: 'no number', path: [key] }))
    return { ...defaults, ...Object.fromEntries(known) }
  })
}

/** Returns data under a shape, its events and its warnings. */
export function shaped(
  stored: object,
  {
    storedVersion = 1,
    codec = jsonCodec,
    ...options
  }: Partial<DataShapeOptions> & {
    readonly storedVersion?: number
    readonly codec?: Codec
  } = {},
) {
  const misfits: Misfit[] = []
  const warnings: string[] = []
  const shape = new DataShape({
    schema: undefined,
    version: 1,
    migrations: {},
    onInvalidData: 'empty',
    onNewerData: 'fail',
    development: false,
    warn: (message) => warnings.push(message),
    ...options,
  })
  const by = { shape, codec, onMisfit: (misfit: Misfit) => void misfits.push(misfit) }
  const data = new ShapedData(by, { bytes: codec.encode(stored), version: storedVersion })
  const result = () => ({ ...(codec.decode(data.bytes()) as object) })
  return { data, result, misfits, warnings, shape }
}
