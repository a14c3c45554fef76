import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { deferred } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { beforeHeaders } from '../src/index.ts'
import { bytesOf, serve, turn, until } from './support.ts'

const lost = Object.assign(new Error('lost'), { status: 503, headers: { 'Retry-After': '1' } })

interface Stage {
  readonly handle: RequestListener
  readonly earlier?: (response: ServerResponse) => void
  readonly answer?: (response: ServerResponse) => void
}

/** A server whose commit fails when it is told to, and `answer` for its error handler. */
async function failing({ handle, earlier, answer = sayFailed }: Stage) {
  const gate = deferred()
  const failed = vi.fn()
  const responses: ServerResponse[] = []
  let hasCommitted = false
  const port = await serve((request: IncomingMessage, response) => {
    responses.push(response)
    earlier?.(response)
    beforeHeaders(response, {
      commit() {
        if (hasCommitted) return undefined
        hasCommitted = true
        return gate.promise
      },
      fail(error) {
        failed(error)
        answer(response)
      },
    })
    handle(request, response)
  })
  const fail = async () => {
    await until(() => responses.length > 0)
    gate.reject(lost)
  }
  return { port, failed, responses, fail }
}

function sayFailed(response: ServerResponse): void {
  response.writeHead(response.statusCode, { 'Content-Type': 'text/plain', 'Content-Length': 5 })
  response.end('sorry')
}

const endless = () =>
  new Readable({
    read() {
      this.push('mine ')
    },
  })

const handlers: Record<string, RequestListener> = {
  end: (_, response) => response.end('mine'),
  'write and end': (_, response) => {
    response.write('mine')
    response.end('mine')
  },
  writeHead: (_, response) =>
    void response.writeHead(201, 'Mine', { 'X-Mine': '1', 'Set-Cookie': 'mine=1' }).end('mine'),
  flushHeaders: (_, response) => response.flushHeaders(),
  'headers of all kinds': (_, response) => {
    response.setHeader('ETag', '"mine"')
    response.setHeader('Content-Length', 4)
    response.setHeader('Date', 'mine')
    response.removeHeader('X-Earlier')
    response.appendHeader('Set-Cookie', 'mine=1')
    response.statusCode = 302
    response.setHeader('Location', '/mine').end('mine')
  },
  pipe: (_, response) => endless().pipe(response),
  pipeline: (_, response) => pipeline(endless(), response, () => {}),
}

describe.each(Object.entries(handlers))('a commit that fails after %s', (_name, handle) => {
  test('lets nothing of it leave, and the error answers', async () => {
    const earlier = (response: ServerResponse) => {
      response.setHeader('X-Earlier', 'kept')
      response.setHeader('Set-Cookie', ['earlier=1', 'earlier=2'])
    }
    const { port, fail, failed } = await failing({ handle, earlier })
    const bytes = bytesOf(port)
    await fail()
    const [head = '', body] = (await bytes).split('\r\n\r\n')
    expect(head.split('\r\n').toSorted()).toEqual([
      'Connection: close',
      'Content-Length: 5',
      'Content-Type: text/plain',
      'Date: now',
      'HTTP/1.1 503 Service Unavailable',
      'Retry-After: 1',
      'set-cookie: earlier=1',
      'set-cookie: earlier=2',
      'x-earlier: kept',
    ])
    expect(body).toBe('sorry')
    expect(failed.mock.calls).toEqual([[lost]])
  })
})

test('the error handler finds a response that has sent nothing', async () => {
  const seen: unknown[] = []
  const answer = (response: ServerResponse) => {
    const { headersSent, writableEnded, statusMessage } = response
    seen.push(headersSent, writableEnded, statusMessage, response.getHeaders())
    response.end()
  }
  const { port, fail } = await failing({ handle: (_, response) => void response.end('x'), answer })
  const bytes = bytesOf(port)
  await fail()
  await bytes
  expect(seen).toEqual([false, false, undefined, { 'retry-after': '1' }])
})

test('an error handler that takes its time is not drowned out by the old handler', async () => {
  const written = vi.fn()
  const answer = async (response: ServerResponse) => {
    for (let left = 10; left > 0; left--) await turn()
    response.setHeader('Content-Type', 'text/plain')
    response.write('sorry, ')
    response.end('really')
  }
  const handle: RequestListener = async (_, response) => {
    const next = (error?: unknown) => {
      if (error) written(error)
      if (!response.closed) response.write('mine', next)
    }
    next()
  }
  const { port, fail } = await failing({ handle, answer })
  const bytes = bytesOf(port)
  await fail()
  expect(await bytes).toMatch(/^HTTP\/1.1 503 .*sorry, .*really/s)
  expect(await bytes).not.toContain('mine')
  expect(written).toHaveBeenCalledWith(lost)
})

test('an end of the old handler is not taken for the answer', async () => {
  const ended = deferred()
  const answer = async (response: ServerResponse) => {
    await ended.promise
    for (let left = 10; left > 0; left--) await turn()
    response.end('sorry')
  }
  const handle: RequestListener = async (_, response) => {
    response.write('mine')
    await ended.promise
    response.end('mine')
  }
  const { port, fail, failed } = await failing({ handle, answer })
  const bytes = bytesOf(port)
  await fail()
  await until(() => failed.mock.calls.length === 1)
  ended.resolve()
  expect(await bytes).toMatch(/^HTTP\/1.1 503 .*sorry$/s)
  expect(await bytes).not.toContain('mine')
})

test('what the old handler still does after the answer harms nobody', async () => {
  const { port, fail, responses } = await failing({ handle: (_, response) => response.write('x') })
  const bytes = bytesOf(port)
  await fail()
  expect(await bytes).toContain('sorry')
  const [response] = responses
  const called = vi.fn()
  response?.write('more', called)
  response?.end('more', called)
  response?.flushHeaders()
  await turn()
  await turn()
  expect(called).toHaveBeenCalledTimes(2)
})

test('callbacks of what was dropped are told why', async () => {
  const called = vi.fn()
  const handle: RequestListener = (_, response) => {
    response.write('x', called)
    response.end(called)
  }
  const { port, fail } = await failing({ handle })
  const bytes = bytesOf(port)
  await fail()
  await bytes
  await turn()
  expect(called.mock.calls).toEqual([[lost], [lost]])
})

test('streams that were piped in are detached, and destroyed once nobody reads them', async () => {
  const source = endless()
  const shared = endless()
  shared.on('data', () => shared.pause())
  const handle: RequestListener = (_, response) => {
    source.pipe(response)
    shared.pipe(response)
  }
  const { port, fail } = await failing({ handle })
  const bytes = bytesOf(port)
  await fail()
  await bytes
  await until(() => source.destroyed)
  expect([source.destroyed, shared.destroyed]).toEqual([true, false])
  shared.destroy()
})

test('a client that has left meanwhile costs nothing but the report', async () => {
  const { port, fail, failed, responses } = await failing({
    handle: (_, response) => response.write('x'),
  })
  const controller = new AbortController()
  const answer = fetch(`http://127.0.0.1:${port}`, { signal: controller.signal })
  answer.catch(() => {})
  await until(() => responses.length === 1)
  controller.abort()
  await until(() => responses[0]?.closed === true)
  await fail()
  await until(() => failed.mock.calls.length === 1)
  await turn()
  expect(failed.mock.calls).toEqual([[lost]])
})
