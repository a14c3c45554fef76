import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { type BindingApp, listen, register } from '@sojourn/conformance/binding'
import { Hono as Hono44 } from 'hono44'
import { describe, expect, test } from 'vitest'
import { type Fetch, honoSuite } from './suite.ts'

const serve = (fetch: Fetch, app: BindingApp) =>
  listen(createAdaptorServer({ fetch }) as Server, app)

describe.each([
  ['Hono 4 on Node', honoSuite('Hono 4 on Node', serve, { upgrades: true })],
  [
    'Hono 4.4 on Node',
    honoSuite('Hono 4.4 on Node', serve, { upgrades: true, makeApp: () => new Hono44() as never }),
  ],
])('%s', (_name, suite) => {
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered.filter(({ lacks }) => lacks !== 'delete')).toEqual([])
  })
})
