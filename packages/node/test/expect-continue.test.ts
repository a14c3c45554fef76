import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { deferred } from '@sojourn/conformance/testing'
import { expect, test } from 'vitest'
import { commitWith, open, serveHeld, until } from './support.ts'

test('1xx responses pass before the commit', async () => {
  const gate = deferred()
  const calls: string[] = []
  const port = await serveHeld(
    commitWith(() => gate.promise, calls),
    async (request, response) => {
      response.writeProcessing()
      response.writeEarlyHints({ link: '</style.css>; rel=preload' })
      response.end(await text(request))
    },
  )
  const socket = await open(port)
  let bytes = ''
  socket.on('data', (chunk) => {
    bytes += chunk
  })
  socket.write('POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n')
  socket.write('Expect: 100-continue\r\nContent-Length: 4\r\n\r\n')
  await until(() => bytes.includes('103 Early Hints'))
  expect(bytes).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 102 Processing\r\n\r\n/)
  expect(calls).toEqual([])
  socket.write('body')
  await until(() => calls.length > 0)
  expect(bytes).not.toContain('200 OK')
  gate.resolve()
  await once(socket, 'close')
  expect(bytes).toMatch(/HTTP\/1.1 200 OK\r\n.*body$/s)
})
