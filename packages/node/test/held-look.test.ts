import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { deferred } from '@sojourn/conformance/testing'
import { expect, test, vi } from 'vitest'
import { nodeCarrier } from '../src/index.ts'
import { bytesOf, commitWith, serveHeld, turn, until } from './support.ts'

/** Serves one response, hands it out once its handler has run, and lets it go when told. */
async function holding(handle: (response: ServerResponse) => void) {
  const gate = deferred()
  const handled = deferred<ServerResponse>()
  const port = await serveHeld(
    commitWith(() => gate.promise),
    (_, response) => {
      handle(response)
      handled.resolve(response)
    },
  )
  const answer = bytesOf(port)
  return { response: await handled.promise, release: gate.resolve, answer }
}

const late = expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' })

test('nothing leaves before the commit is done', async () => {
  let hasLeft = false
  const { answer, release } = await holding((response) => response.end('x'))
  answer.then(() => {
    hasLeft = true
  })
  await turn()
  expect(hasLeft).toBe(false)
  release()
  expect(await answer).toContain('x')
})

test('a held response looks sent and refuses headers as Node does', async () => {
  const { response, answer, release } = await holding((response) => response.write('x'))
  expect(response.headersSent).toBe(true)
  expect(response.writableEnded).toBe(false)
  expect(response.writableNeedDrain).toBe(true)
  expect(() => response.setHeader('X', '1')).toThrow(late)
  expect(() => response.setHeaders(new Map([['X', '1']]))).toThrow(late)
  expect(() => response.appendHeader('X', '1')).toThrow(late)
  expect(() => response.removeHeader('X')).toThrow(late)
  expect(() => response.writeHead(500)).toThrow(late)
  response.end()
  release()
  expect(await answer).toMatch(/^HTTP\/1.1 200 OK\r\n/)
})

test('a held end looks ended and not finished, and finish and close come once, in order', async () => {
  const { response, answer, release } = await holding((response) => response.end('x'))
  const events: string[] = []
  for (const event of ['finish', 'close']) response.on(event, () => events.push(event))
  expect([response.headersSent, response.writableEnded]).toEqual([true, true])
  expect(response.writableFinished).toBe(false)
  release()
  await answer
  await until(() => response.closed)
  expect(events).toEqual(['finish', 'close'])
  expect(response.writableFinished).toBe(true)
})

test('a write after a held end is an error, as Node has it', async () => {
  const { response, answer, release } = await holding((response) => response.end('x'))
  const failed = once(response, 'error')
  response.write('too late')
  release()
  const [error] = await failed
  expect(error.code).toBe('ERR_STREAM_WRITE_AFTER_END')
  expect(await answer).not.toContain('too late')
})

test('what Node throws at is thrown at once, held or not', async () => {
  const wrong = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' })
  const { response, answer, release } = await holding((response) => {
    expect(() => response.write(7)).toThrow(wrong)
    expect(() => response.end({})).toThrow(wrong)
    expect(() => response.writeHead(99)).toThrow(RangeError)
    expect(() => response.writeHead(200, { 'X-Bad': 'a\nb' })).toThrow(TypeError)
    expect(response.headersSent).toBe(false)
    response.write('x')
  })
  expect(() => response.write(7)).toThrow(wrong)
  response.end()
  release()
  expect(await answer).toContain('\r\n\r\n1\r\nx\r\n0\r\n')
})

test('the callbacks of write, end and each argument form are called after the release', async () => {
  const called = vi.fn()
  const { answer, release } = await holding((response) => {
    response.write('a', () => called('a'))
    response.write('Yg==', 'base64', () => called('b'))
    response.end('c', 'utf8', () => called('end'))
  })
  expect(called).not.toHaveBeenCalled()
  release()
  expect(await answer).toContain('1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0')
  expect(called.mock.calls.flat()).toEqual(['a', 'b', 'end'])
})

test('what Node finds wrong only when it sends becomes the error of the response', async () => {
  const { answer, release } = await holding((response) => {
    response.statusMessage = 'a\nb'
    response.end('x')
  })
  release()
  expect(await answer).toMatch(/^HTTP\/1.1 503 .*Invalid character in statusMessage/s)
})

test('a commit that has nothing to wait for delays nothing', async () => {
  const calls: string[] = []
  const port = await serveHeld(
    commitWith(() => undefined, calls),
    (_, response) => {
      response.write('x')
      calls.push(`sent ${response.headersSent}, needs drain ${response.writableNeedDrain}`)
      response.end()
    },
  )
  await bytesOf(port)
  await until(() => calls.length === 3)
  expect(calls).toEqual(['commit', 'sent true, needs drain false', 'commit'])
})

test('a held response takes headers from its carrier, to which it looks sent too', async () => {
  const seen: unknown[] = []
  const port = await serveHeld(
    (request, response) => {
      const carrier = nodeCarrier(request, response)
      const setHeaders = () => {
        seen.push(carrier.sent, response.headersSent)
        carrier.set('Vary', 'Cookie')
        carrier.append('Set-Cookie', 'sid=1')
        carrier.append('Set-Cookie', 'sid=2')
        seen.push(carrier.get('set-cookie'), carrier.get('x'))
      }
      return commitWith(() => turn().then(setHeaders))(request, response)
    },
    (_, response) => void response.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=1']).end(),
  )
  const bytes = await bytesOf(port)
  const cookies = bytes.match(/^Set-Cookie: .*$/gm)?.map((line) => line.slice(12))
  expect(cookies).toEqual(['a=1', 'b=1', 'sid=1', 'sid=2'])
  expect(bytes).toContain('\r\nVary: Cookie\r\n')
  expect(seen).toEqual([true, true, 'a=1, b=1, sid=1, sid=2', undefined])
})

test('a carrier reads the request, and knows when its response was sent', async () => {
  const seen: unknown[] = []
  const port = await serveHeld(
    (request, response) => {
      const { secure, header } = nodeCarrier(request, response)
      seen.push(secure, header('host'), header('x-forwarded-proto'), header('cookie'))
      return commitWith(() => undefined)(request, response)
    },
    (request, response) => {
      const carrier = nodeCarrier(request, response, { secure: true })
      response.setHeader('Content-Length', 0)
      seen.push(carrier.secure, carrier.get('content-length'), carrier.sent)
      response.end()
      seen.push(carrier.sent)
    },
  )
  await bytesOf(port)
  expect(seen).toEqual([false, 'test', undefined, undefined, true, '0', false, true])
})
