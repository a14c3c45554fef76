import { register } from '@sojourn/conformance/binding'
import { expect, test } from 'vitest'
import { webSuite } from './suite.ts'
import { serveFetch } from './support.ts'

const suite = webSuite('Request and Response', serveFetch, { upgrades: true })
register(suite, { test })

test('is offered every case', () => {
  expect(suite.notOffered).toEqual([])
})
