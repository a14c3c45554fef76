import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deferred } from '@sojourn/conformance/testing'
import { beforeHeaders } from '@sojourn/node'
import { expect, test } from 'vitest'

// A server that closes cuts connections that it takes for idle: also one whose response says that it is finished.
test.each([
  ['end', (response: NodeJS.WritableStream) => response.end('saved')],
  [
    'write and end',
    (response: NodeJS.WritableStream) => {
      response.write('sav')
      response.end('ed')
    },
  ],
])(
  'a response that is held at %s is sent though the server closes meanwhile',
  async (_how, send) => {
    const saving = deferred()
    const held = deferred()
    let hasCommitted = false
    const server = createServer((_request, response) => {
      const commit = () => {
        if (hasCommitted) return undefined
        hasCommitted = true
        return saving.promise
      }
      beforeHeaders(response, { commit, fail() {} })
      send(response)
      held.resolve()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const reply = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await held.promise
    const closed = once(server.close(), 'close')
    server.closeIdleConnections()
    saving.resolve()
    expect(await (await reply).text()).toBe('saved')
    await closed
  },
)
