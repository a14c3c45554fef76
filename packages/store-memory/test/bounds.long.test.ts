import { memoryBackend } from '@sojourn/store-memory'
import { expect, test } from 'vitest'
import { callAt, liveIds, makeRow } from './support.ts'

test('a million inserts keep the latest 100,000, and tell of each of the others', async () => {
  let displaced = 0
  const backend = memoryBackend({ onDisplaced: () => displaced++ })
  for (let index = 0; index < 1_000_000; index++)
    await backend.insert(`g${index}.a`, makeRow(), callAt())
  const ids = await liveIds(backend)
  expect(ids.length).toBe(100_000)
  expect([ids[0], ids.at(-1)]).toEqual(['g900000.a', 'g999999.a'])
  expect(displaced).toBe(900_000)
  await backend.close()
})
