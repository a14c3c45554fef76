import { describe, expect, test } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'

describe('a store that is none is refused when constructing, with what to do', () => {
  test('keyedStore without a backend', () => {
    for (const backend of [undefined, null, {}])
      expect(() => keyedStore(backend as never)).toThrow(/keyedStore\(\) was given no backend/)
  })
})
