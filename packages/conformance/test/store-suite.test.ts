import { register, runSuite, storeSuite } from '@sojourn/conformance/store'
import { describe, expect, test } from 'vitest'
import { openMutant, supports } from './store-mutants/mutant.ts'

describe('the store over the reference backend', () => {
  const suite = storeSuite({ open: () => openMutant(), supports, dumps: true })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})

test('a dump that is not the whole storage proves nothing, and fails', async () => {
  const open = () => ({ ...openMutant(), dump: () => Buffer.from('a schema and no rows') })
  const suite = storeSuite({ open, supports, dumps: true })
  const onlyDump = { ...suite, cases: suite.cases.filter(({ id }) => id === 'P5.1') }
  const [result] = await runSuite(onlyDump)
  expect(result?.outcome).toBe('failed')
})
