import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { register } from '@sojourn/conformance/binding'
import { Hono as Hono44 } from 'hono44'
import { describe, expect, test } from 'vitest'
import { type Fetch, honoSuite } from './suite.ts'

async function serve(fetch: Fetch) {
  const server = createAdaptorServer({ fetch }) as Server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

describe.each([
  ['Hono 4 on Node', honoSuite('Hono 4 on Node', serve)],
  ['Hono 4.4 on Node', honoSuite('Hono 4.4 on Node', serve, () => new Hono44() as never)],
])('%s', (_name, suite) => {
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})
