import { register } from '@sojourn/conformance/binding'
import { expect, test } from 'vitest'
import { webSuite } from './suite.ts'
import { serveFetch } from './support.ts'

const suite = webSuite('Request and Response', serveFetch, { upgrades: true })
register(suite, { test })

test('is offered every case', () => {
  const lacking = ['replace', 'delete'] // handlers get the session as a parameter
  expect(suite.notOffered.filter(({ lacks }) => !lacking.includes(lacks))).toEqual([])
})
