import { once } from 'node:events'
import http2 from 'node:http2'
import { pipeline, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { deferred } from '@sojourn/conformance/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type BeforeHeaders, beforeHeaders, nodeCarrier } from '../src/index.ts'
import { type Http2Listener, makeCertificate, serveHttp2 } from './http2-support.ts'
import { turn, until } from './support.ts'

const certificate = await makeCertificate()
const lost = Object.assign(new Error('lost'), { status: 503, headers: { 'Retry-After': '1' } })

type Response = http2.Http2ServerResponse

/** Serves a handler behind a commit that settles as `settled` does; answers with what a client can see. */
async function stage(handle: Http2Listener, settled?: () => Promise<void> | undefined) {
  const responses: Response[] = []
  const failed = vi.fn()
  const { url, close } = await serveHttp2((request, response) => {
    responses.push(response)
    if (settled) beforeHeaders(response, before(response, settled, failed))
    handle(request, response)
  }, certificate)
  onTestFinished(close)
  const connection = http2.connect(url, { ca: certificate.cert })
  onTestFinished(() => connection.destroy())
  const ask = (method = 'GET') => connection.request({ ':method': method }).end()
  return { ask, responses, failed, connection }
}

function before(
  response: Response,
  settled: () => Promise<void> | undefined,
  failed: (error: unknown) => void,
): BeforeHeaders {
  let hasCommitted = false
  return {
    commit() {
      if (hasCommitted) return undefined
      hasCommitted = true
      return settled()
    },
    fail(error) {
      failed(error)
      response.end('sorry')
    },
  }
}

async function seen(stream: http2.ClientHttp2Stream) {
  const trailers = vi.fn()
  stream.on('trailers', ({ ...fields }) => trailers(fields))
  const [received] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
  const headers: Record<string, unknown> = { ...received, date: typeof received.date }
  return { headers, body: await text(stream), trailers: trailers.mock.calls }
}

const handlers: Record<string, Http2Listener> = {
  'end alone': (_, response) => void response.end(),
  'end with a body': (_, response) => void response.end('hello'),
  'write and end': (_, response) => {
    response.write('one, ')
    response.write(Buffer.from('two, '))
    response.end('three')
  },
  'flushHeaders, then a body': (_, response) => {
    Reflect.get(response, 'flushHeaders').call(response) // which the types forget
    response.end('late')
  },
  'a status of its own': (_, response) => {
    response.statusCode = 418
    response.end('tea')
  },
  'writeHead(status, headers)': (_, response) => {
    response.setHeader('X-One', 'replaced')
    response.writeHead(201, { 'x-one': '1', 'Set-Cookie': ['a=1', 'b=2'] }).end('made')
  },
  '204': (_, response) => void response.writeHead(204).end(),
  trailers: (_, response) => {
    response.write('body')
    response.addTrailers({ 'X-Sum': '4' })
    response.end()
  },
  'a pipeline': (_, response) => pipeline(Readable.from(['a', 'b', 'c']), response, () => {}),
  'writes that wait for drain': async (_, response) => {
    for (let left = 40; left > 0; left--)
      if (!response.write('x'.repeat(9_999))) await once(response, 'drain')
    response.end()
  },
}

describe.each(Object.entries(handlers))('HTTP/2: %s', (_name, handle) => {
  test.each(['GET', 'HEAD'])('leaves as without us: %s', async (method) => {
    const [bare, passed, held] = await Promise.all([
      stage(handle),
      stage(handle, () => undefined),
      stage(handle, turn),
    ])
    const expected = await seen(bare.ask(method))
    expect(await seen(passed.ask(method))).toEqual(expected)
    expect(await seen(held.ask(method))).toEqual(expected)
  })
})

test('a held HTTP/2 response looks sent, and refuses headers as HTTP/2 does', async () => {
  const gate = deferred()
  const look = vi.fn()
  const { ask } = await stage(
    (_, response) => {
      response.end('hello')
      look(response.headersSent, response.writableEnded, response.finished)
      expect(() => response.setHeader('X-Late', '1')).toThrow(
        expect.objectContaining({ code: 'ERR_HTTP2_HEADERS_SENT' }),
      )
      gate.resolve()
    },
    () => gate.promise,
  )
  const { headers, body } = await seen(ask())
  expect([headers['x-late'], body]).toEqual([undefined, 'hello'])
  expect(look).toHaveBeenCalledExactlyOnceWith(true, true, true)
})

const mine: Record<string, Http2Listener> = {
  end: (_, response) => void response.end('mine'),
  writeHead: (_, response) =>
    void response.writeHead(201, { 'X-Mine': '1', 'Set-Cookie': 'mine=1' }).end('mine'),
  trailers: (_, response) => {
    response.addTrailers({ 'X-Sum': 'mine' })
    response.write('mine')
    response.end()
  },
  pipe: (_, response) =>
    void new Readable({
      read() {
        this.push('mine ')
      },
    }).pipe(response),
}

test.each(Object.entries(mine))(
  'a commit that fails after %s lets nothing of it leave over HTTP/2',
  async (_name, handle) => {
    const warned = vi.fn()
    process.on('warning', warned)
    onTestFinished(() => void process.off('warning', warned))
    const { ask, failed } = await stage(handle, () => turn().then(() => Promise.reject(lost)))
    const { headers, body, trailers } = await seen(ask())
    expect([headers[':status'], headers['retry-after'], body]).toEqual([503, '1', 'sorry'])
    expect(JSON.stringify([headers, trailers])).not.toContain('mine')
    expect(failed.mock.calls).toEqual([[lost]])
    await turn()
    expect(warned).not.toHaveBeenCalled()
  },
)

test('what HTTP/2 finds wrong only when it sends does not leave uncommitted', async () => {
  const order: string[] = []
  const { ask, failed } = await stage(
    (_, response) => void Reflect.apply(response.write, response, [7]),
    async () => {
      await turn()
      order.push('committed')
    },
  )
  const stream = ask()
  stream.on('response', () => order.push('answered'))
  stream.on('error', () => undefined)
  await new Promise((resolve) => stream.once('close', resolve))
  expect(order[0]).toBe('committed')
  expect(failed).toHaveBeenCalledTimes(1)
})

test('a client that goes before its HTTP/2 response leaves ends no commit', async () => {
  const gate = deferred()
  const committed = vi.fn()
  const { ask, responses, failed } = await stage(
    (_, response) => {
      response.write('one')
      response.end('two')
    },
    () => gate.promise.then(committed),
  )
  const stream = ask()
  stream.on('error', () => undefined)
  await until(() => responses.length > 0)
  stream.close(http2.constants.NGHTTP2_CANCEL)
  const [response] = responses
  if (response) await once(response, 'close')
  gate.resolve()
  await turn()
  expect([committed.mock.calls.length, failed.mock.calls.length]).toEqual([1, 0])
})

test('what is pushed beside a held HTTP/2 response passes', async () => {
  const gate = deferred()
  const { ask, connection } = await stage(
    (_, response) => {
      response.createPushResponse({ ':path': '/style.css' }, (_error, pushed) => {
        pushed.end('css')
      })
      response.end('page')
    },
    () => gate.promise,
  )
  const pushing = once(connection, 'stream')
  const answer = seen(ask())
  const [pushed] = (await pushing) as [http2.ClientHttp2Stream]
  expect(await text(pushed)).toBe('css')
  gate.resolve()
  expect((await answer).body).toBe('page')
})

test('the cookies of several HTTP/2 header lines are one header, and TLS is secure', async () => {
  const told = vi.fn()
  const { connection } = await stage((request, response) => {
    const carrier = nodeCarrier(request, response)
    told(carrier.header('cookie'), carrier.secure)
    response.end()
  })
  await seen(connection.request({ cookie: ['a=1', 'b=2'] }).end())
  expect(told).toHaveBeenCalledExactlyOnceWith('a=1; b=2', true)
})
