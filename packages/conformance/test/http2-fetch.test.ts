import { once } from 'node:events'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { fetchHttp2 } from '@sojourn/conformance/binding'
import { expect, onTestFinished, test } from 'vitest'

const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM } = http2.constants

/** Serves HTTP/2: closes the first streams with these codes, and responds to all others. */
async function closingStreams(...codes: number[]) {
  const seen = { streams: 0 }
  const server = http2.createServer()
  server.on('stream', (stream) => {
    const code = codes[seen.streams++]
    stream.on('error', () => undefined)
    if (code === undefined) stream.respond({ ':status': 200 }, { endStream: true })
    else stream.close(code)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const request = () => fetchHttp2()(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x' })
  return { seen, request }
}

test('a stream that was refused is asked for once more', async () => {
  const { seen, request } = await closingStreams(NGHTTP2_REFUSED_STREAM)
  expect((await request()).status).toBe(200)
  expect(seen.streams).toBe(2)
})

test('one that is refused again, or closed for another reason, fails', async () => {
  const refusing = await closingStreams(NGHTTP2_REFUSED_STREAM, NGHTTP2_REFUSED_STREAM)
  await expect(refusing.request()).rejects.toThrow('REFUSED')
  expect(refusing.seen.streams).toBe(2)
  const failing = await closingStreams(NGHTTP2_INTERNAL_ERROR)
  await expect(failing.request()).rejects.toThrow('INTERNAL')
  expect(failing.seen.streams).toBe(1)
})
