import { register, storeSuite } from '@sojourn/conformance/store'
import { describe, expect, test } from 'vitest'
import { openMutant, supports } from './store-mutants/mutant.ts'

describe('the store over the reference backend', () => {
  const suite = storeSuite({ open: () => openMutant(), supports, dumps: true })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})
