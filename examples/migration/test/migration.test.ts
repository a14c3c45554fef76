import type { Codec } from '@sojourn/core'
import { jsonCodec, keyedStore } from '@sojourn/core/store'
import { cookieStore } from '@sojourn/store-cookie'
import { memoryBackend } from '@sojourn/store-memory'
import { expect, test } from 'vitest'
import { rollOut } from './fleet.ts'

const people = Number(process.env['PEOPLE'] ?? 100)
const seed = Number(process.env['SEED'] ?? 1)

/** Another codec of the same values, so that all data is written anew. */
const otherCodec: Codec = {
  name: 'reversed',
  encode: (value) => jsonCodec.encode(value).toReversed(),
  decode: (bytes) => jsonCodec.decode(bytes.toReversed()),
}

test('from one database to another with another codec nobody is logged out and nothing is lost', async () => {
  const from = keyedStore(memoryBackend({ max: 10_000 }))
  const to = keyedStore(memoryBackend({ max: 10_000 }), { codec: otherCodec })
  const found = await rollOut({ from, to, people, isSealed: false, seed })
  console.info(JSON.stringify(found))
  expect(found).toMatchObject({ loggedOut: 0, valuesLost: 0, openedTwice: 0 })
}, 600_000)

test('from the cookie to a database nobody is logged out and nothing is lost', async () => {
  const from = cookieStore({ revocations: memoryBackend({ max: Number.POSITIVE_INFINITY }) })
  const to = keyedStore(memoryBackend({ max: 10_000 }))
  const found = await rollOut({ from, to, people, isSealed: true, seed })
  console.info(JSON.stringify(found))
  expect(found).toMatchObject({ loggedOut: 0, valuesLost: 0, openedTwice: 0 })
}, 600_000)
