import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cookieSessionSource } from '../../src/cookie-session.ts'
import { secureSessionSource } from '../../src/fastify-secure-session.ts'
import type { SessionSource } from '../../src/index.ts'
import { ironSessionSource } from '../../src/iron-session.ts'
import { koaSessionSource } from '../../src/koa-session.ts'
import {
  cookieSessionApp,
  ironSessionApp,
  koaSessionApp,
  type OldApp,
  secret,
  secureSessionApp,
} from './old-apps.ts'
import { cookiesOf } from './source-world.ts'

/** How many mutations are tried per library. */
const mutations = Number(process.env['MUTATIONS'] ?? 2000)

const keys = [secret()]
const key = randomBytes(32)
const password = secret()
const until = Date.now() + 86_400_000

const libraries: Readonly<
  Record<string, { readonly source: SessionSource; start(): Promise<OldApp> }>
> = {
  'cookie-session': {
    source: cookieSessionSource({ keys, until }),
    start: () => cookieSessionApp(2, { keys }),
  },
  'koa-session': {
    source: koaSessionSource({ keys, key: 'koa' }),
    start: () => koaSessionApp(7, { key: 'koa' }, [...keys]),
  },
  '@fastify/secure-session': {
    source: secureSessionSource({ key, cookieName: 'secure' }),
    start: () => secureSessionApp(8, { key, cookieName: 'secure', sessionName: 'session' }),
  },
  'iron-session': {
    source: ironSessionSource({ cookieName: 'iron', password }),
    start: () => ironSessionApp(9, { cookieName: 'iron', password }),
  },
}

type Values = readonly (readonly [name: string, value: string])[]
const genuine = new Map<string, readonly Values[]>()

beforeAll(async () => {
  for (const [library, { start }] of Object.entries(libraries)) {
    const app = await start()
    const visits = [await app.visit({ user: 'ann' }), await app.visit({ user: 'bob', admin: true })]
    await app.close()
    const valuesOf = ({ cookie }: { cookie: string }): Values =>
      [...cookiesOf(cookie)].map(([name, [value = '']]) => [name, value] as const)
    genuine.set(library, visits.map(valuesOf))
  }
})

afterAll(() => genuine.clear())

/** One change of a text: the characters from `at` on, `removed` of them, become `added`. */
const edit = fc.record({
  at: fc.nat(),
  removed: fc.nat(3),
  added: fc.oneof(
    fc.constantFrom('', 'A', 'a', '0', '=', '-', '_', '+', '/', '.', '*', '~', '%', '%3D', '%00'),
    fc.string({ unit: 'binary', maxLength: 3 }),
  ),
})
const flip = fc.nat().map((at) => ({ at, removed: 1, added: undefined }))
const edits = fc.array(fc.oneof(edit, flip), { minLength: 1, maxLength: 4 })

function mutate(
  text: string,
  changes: readonly { at: number; removed: number; added: string | undefined }[],
) {
  return changes.reduce((result, { at, removed, added }) => {
    const start = at % (result.length + 1)
    const flipped = result.charCodeAt(start) === 65 ? 'B' : 'A'
    return result.slice(0, start) + (added ?? flipped) + result.slice(start + removed)
  }, text)
}

describe.each(Object.entries(libraries))('%s', (library, { source }) => {
  const verify = async (values: Values) =>
    source.verify(new Map(values.map(([name, value]) => [name, [value]])), Date.now())
  const genuineOf = () => genuine.get(library) ?? []

  test('its cookies are genuine', async () => {
    for (const values of genuineOf()) expect(await verify(values)).toHaveLength(1)
  })

  test(`of ${mutations} mutated cookies none is genuine, and none is an error`, async () => {
    const which = fc.record({ user: fc.nat(1), cookie: fc.nat(1), edits })
    await fc.assert(
      fc.asyncProperty(which, async (choice) => {
        const values = genuineOf()[choice.user] ?? []
        const mutated = values.map(([name, value], at): Values[number] => [
          name,
          at === choice.cookie % values.length ? mutate(value, choice.edits) : value,
        ])
        if (JSON.stringify(mutated) === JSON.stringify(values)) return
        expect(await verify(mutated)).toEqual([])
      }),
      { numRuns: mutations, seed: 1 },
    )
  })

  test('parts of two genuine cookies make no third one, and those of other libraries are not genuine', async () => {
    const [ann = [], bob = []] = genuineOf()
    for (const [at, [name]] of ann.entries())
      for (const [start, end] of [
        [0, 10],
        [20, 40],
        [60, 200],
        [-10, undefined],
      ] as const) {
        const part = bob[at]?.[1].slice(start, end) ?? ''
        const value = ann[at]?.[1] ?? ''
        const spliced = value.slice(0, start) + part + (end === undefined ? '' : value.slice(end))
        const values = ann.map((pair): Values[number] =>
          pair[0] === name ? [name, spliced] : pair,
        )
        if (spliced !== value) expect(await verify(values)).toEqual([])
      }
    if (ann.length === 2)
      expect(await verify([ann[0], bob[1]].filter((pair) => pair !== undefined))).toEqual([])
    for (const [other, foreign] of genuine)
      if (other !== library)
        for (const [, value] of foreign.flat())
          for (const [name] of ann)
            expect(
              await verify(ann.map((pair) => (pair[0] === name ? [name, value] : pair))),
            ).toEqual([])
  })
})
