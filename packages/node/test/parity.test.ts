import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { bytesOf, commitWith, serve, serveHeld, turn } from './support.ts'

const oldCookie: RequestListener = (_, response) => response.setHeader('Set-Cookie', 'old=1')

const handlers: Record<string, RequestListener> = {
  'end alone': (_, response) => response.end(),
  'end with a body': (_, response) => response.end('hello'),
  'end with an encoding': (_, response) => response.end('aGVsbG8=', 'base64'),
  'write and end': (_, response) => {
    response.write('one, ')
    response.write(Buffer.from('two, '))
    response.end('three')
  },
  'flushHeaders, then a body': (_, response) => {
    response.flushHeaders()
    response.end('late')
  },
  'an empty write': (_, response) => {
    response.write('')
    response.end()
  },
  'a status and a message of its own': (_, response) => {
    response.statusCode = 418
    response.statusMessage = 'Short and stout'
    response.end('tea')
  },
  'a status changed after the end': (_, response) => {
    response.end('fine')
    response.statusCode = 500
    response.statusMessage = 'Too late'
  },
  'a content length': (_, response) => {
    response.setHeader('Content-Length', 5)
    response.write('he')
    response.end('llo')
  },
  '204': (_, response) => void response.writeHead(204).end(),
  '304 with a body that must not leave': (_, response) => {
    response.statusCode = 304
    response.end('not this')
  },
  trailers: ({ method }, response) => {
    if (method === 'HEAD') return void response.end() // Node itself refuses trailers there
    response.setHeader('Trailer', 'X-Sum')
    response.write('body')
    response.addTrailers({ 'X-Sum': '4' })
    response.end()
  },
  'early hints first': (_, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    response.end('page')
  },
  'processing first': (_, response) => {
    response.writeProcessing()
    response.end('done')
  },
  'corked writes': (_, response) => {
    response.cork()
    response.write('a')
    response.write('b')
    response.uncork()
    response.end()
  },
  'writeHead(status)': (_, response) => void response.writeHead(201).end('made'),
  'writeHead(status as a string)': (_, response) =>
    void Reflect.apply(response.writeHead, response, ['202']).end(),
  'writeHead(status, message)': (_, response) => void response.writeHead(200, 'Right').end(),
  'writeHead(status, headers)': (request, response) => {
    oldCookie(request, response)
    response.writeHead(200, { 'X-One': '1', 'X-List': ['a', 'b'], 'X-Number': 7 }).end('x')
  },
  'writeHead(status, message, headers)': (request, response) => {
    oldCookie(request, response)
    response.writeHead(200, 'Right', { 'Content-Length': 2 }).end('ok')
  },
  'writeHead(status, undefined, headers)': (request, response) => {
    oldCookie(request, response)
    response.writeHead(200, undefined, { 'X-One': '1' }).end()
  },
  'writeHead(status, flat list)': (request, response) => {
    oldCookie(request, response)
    response.writeHead(200, ['X-One', '1', 'X-Two', '2']).end()
  },
  'writeHead(status, headers) alone': (_, response) =>
    void response.writeHead(200, { 'x-one': '1', 'Set-Cookie': ['a=1', 'b=2'] }).end(),
  'writeHead(status, list of pairs) alone': (_, response) =>
    void Reflect.apply(response.writeHead, response, [
      200,
      [
        ['X-One', '1'],
        ['X-Two', '2'],
      ],
    ]).end(),
  'a Set-Cookie in writeHead in place of an earlier one': (request, response) => {
    oldCookie(request, response)
    response.writeHead(200, { 'Set-Cookie': 'new=1' }).end()
  },
}

describe.each(Object.entries(handlers))('%s', (_name, handle) => {
  test.each(['GET /', 'HEAD /'])('leaves as without us: %s', async (request) => {
    const bare = await bytesOf(await serve(handle), request)
    const passed = await serveHeld(
      commitWith(() => undefined),
      handle,
    )
    const held = await serveHeld(commitWith(turn), handle)
    expect(await bytesOf(passed, request)).toBe(bare)
    expect(await bytesOf(held, request)).toBe(bare)
  })
})
