// Compiled by `tsc -b`: an error that is expected and does not come is an error too.
import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { type } from 'arktype'
import * as v from 'valibot'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  type ConfigOptions,
  createSessionManager,
  type DataOf,
  defaultConfig,
  devConfig,
  envConfig,
  type SessionData,
  type SessionManager,
  type SessionOptions,
} from '../../src/index.ts'
import { keyedStore } from '../../src/store.ts'

const store = keyedStore(referenceBackend())
const secretKey = randomBytes(32)
const zodSchema = z.object({
  cart: z.array(z.string()).default([]),
  theme: z.enum(['dark', 'light']).optional(),
})

/** The type of `session.data` under a manager. */
type DataUnder<Manager extends Pick<SessionManager, 'load'>> = Awaited<
  ReturnType<Manager['load']>
>['data']

interface Cart {
  cart: string[]
  theme?: 'dark' | 'light' | undefined
}

test('the type of the data is the output of the schema, by whatever the options are made', () => {
  const managers = [
    createSessionManager(defaultConfig(secretKey, { store, schema: zodSchema })),
    createSessionManager(devConfig(secretKey, { store, schema: zodSchema })),
    createSessionManager(envConfig(secretKey, { store, schema: zodSchema })),
    createSessionManager({ secretKey, store, schema: zodSchema }),
    createSessionManager({ ...devConfig(secretKey, { store }), schema: zodSchema }),
  ] as const
  expectTypeOf<DataUnder<(typeof managers)[number]>>().toEqualTypeOf<Cart>()
  expect(managers).toHaveLength(5)
})

test('valibot and arktype', () => {
  const valibot = v.object({ n: v.optional(v.number(), 0) })
  const ark = type({ 'n?': 'number' })
  const one = createSessionManager(devConfig(secretKey, { store, schema: valibot }))
  expectTypeOf<DataUnder<typeof one>>().toEqualTypeOf<{ n: number }>()
  const two = createSessionManager(devConfig(secretKey, { store, schema: ark }))
  expectTypeOf<DataUnder<typeof two>>().toEqualTypeOf<{ n?: number }>()
})

test('keys that a new session does not have are optional, though the schema requires them', () => {
  const schema = z.object({ name: z.string(), age: z.number() })
  expectTypeOf<DataOf<typeof schema>>().toEqualTypeOf<{ name?: string; age?: number }>()
})

test('without a schema the type is SessionData, or the type parameter', () => {
  const options: SessionOptions = devConfig(secretKey, { store })
  const rest: ConfigOptions = { store }
  const untyped = createSessionManager(options)
  expectTypeOf<DataUnder<typeof untyped>>().toEqualTypeOf<SessionData>()
  const ofConfig = createSessionManager(devConfig(secretKey, rest))
  expectTypeOf<DataUnder<typeof ofConfig>>().toEqualTypeOf<SessionData>()
  const declared = createSessionManager<Cart>(devConfig(secretKey, rest))
  expectTypeOf<DataUnder<typeof declared>>().toEqualTypeOf<Cart>()
})

test('what is no schema, and a misspelt option, is an error of the compiler too', () => {
  const wrong = [
    // @ts-expect-error a schema is an object
    () => createSessionManager(devConfig(secretKey, { store, schema: 7 })),
    // @ts-expect-error session.data is an object
    () => createSessionManager(devConfig(secretKey, { store, schema: z.string() })),
    // @ts-expect-error a misspelt option
    () => devConfig(secretKey, { store, maxage: '1h' }),
    // @ts-expect-error a misspelt option, beside a schema
    () => devConfig(secretKey, { store, schema: zodSchema, maxage: '1h' }),
  ]
  for (const make of wrong) expect(make).toBeTypeOf('function')
})

test('a migration says what the old data looked like', () => {
  const migrations = { 1: ({ basket = [] }: { basket?: string[] }) => ({ cart: basket }) }
  const manager = createSessionManager(
    devConfig(secretKey, { store, schema: zodSchema, version: 2, migrations }),
  )
  expectTypeOf<DataUnder<typeof manager>>().toEqualTypeOf<Cart>()
})
