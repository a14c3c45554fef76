import { createReadStream, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { ask, changing, frameworks, stage, watchFaults } from './support.ts'

watchFaults()

const file = import.meta.filename
const text = readFileSync(file, 'utf8')
const letters = () => Readable.from(['a', 'b', 'c'])

interface Way {
  readonly handler: RequestHandler
  readonly body?: string
  readonly status?: number
}

const ways: Record<string, Way> = {
  'res.json': { handler: (_req, res) => void res.json({ a: 1 }), body: '{"a":1}' },
  'res.send': { handler: (_req, res) => void res.send('<p>a</p>'), body: '<p>a</p>' },
  'res.end': { handler: (_req, res) => void res.end('abc'), body: 'abc' },
  'res.end of nothing': { handler: (_req, res) => void res.end(), body: '' },
  redirect: { handler: (_req, res) => res.redirect('/there'), status: 302 },
  '204': { handler: (_req, res) => void res.status(204).end(), status: 204, body: '' },
  sendStatus: { handler: (_req, res) => void res.sendStatus(418), status: 418 },
  pipe: { handler: (_req, res) => void letters().pipe(res), body: 'abc' },
  'pipe of a file': { handler: (_req, res) => void createReadStream(file).pipe(res), body: text },
  'stream.pipeline': { handler: (_req, res) => pipeline(letters(), res), body: 'abc' },
  'stream.pipeline of a generator': {
    handler: (_req, res) =>
      pipeline(async function* () {
        yield* ['a', 'b', 'c']
      }, res),
    body: 'abc',
  },
  'writes of an async iterator': {
    async handler(_req, res) {
      for await (const letter of letters()) res.write(letter)
      res.end()
    },
    body: 'abc',
  },
  'SSE with early flushHeaders': {
    handler(_req, res) {
      res.type('text/event-stream').flushHeaders()
      res.write('data: 1\n\n')
      res.end('data: 2\n\n')
    },
    body: 'data: 1\n\ndata: 2\n\n',
  },
  'SSE with res.write first': {
    handler(_req, res) {
      res.type('text/event-stream').write('data: 1\n\n')
      res.end()
    },
    body: 'data: 1\n\n',
  },
  sendFile: { handler: (_req, res) => res.sendFile(file), body: text },
  'writeHead and end': { handler: (_req, res) => void res.writeHead(201).end('x'), status: 201 },
  'a thrown error': {
    handler() {
      throw Object.assign(new Error('oh'), { status: 418 })
    },
    status: 418,
  },
  'next(error)': { handler: (_req, _res, next) => next(new Error('oh')), status: 500 },
  'no route': { handler: (_req, _res, next) => next(), status: 404 },
}

describe.each(frameworks)('%s', (_name, makeApp) => {
  test.each(Object.entries(ways))('%s waits for the commit', async (_way, expected) => {
    const { handler, body, status = 200 } = expected
    const scene = await stage((app) => app.get('/', changing(handler)), { makeApp })
    const held = scene.control.hold()

    const { answer, bytes } = ask(scene.url)
    await held.reached
    await scene.turn()
    expect(bytes()).toBe(0)

    held.release()
    const { text, cookie, ...rest } = await answer
    expect(rest.status).toBe(status)
    if (body !== undefined) expect(text).toBe(body)
    expect(cookie).toMatch(/^sid=\S{110}$/)
    expect(rest.headers['set-cookie']).toHaveLength(1)
    expect(scene.control.calls).toEqual(['insert'])
  })

  test('a HEAD waits for the commit', async () => {
    const scene = await stage(
      (app) =>
        app.get(
          '/',
          changing((_req, res) => void res.send('abc')),
        ),
      {
        makeApp,
      },
    )
    const held = scene.control.hold()
    const { answer, bytes } = ask(scene.url, { method: 'HEAD' })
    await held.reached
    await scene.turn()
    expect(bytes()).toBe(0)
    held.release()
    const { headers, text, cookie } = await answer
    expect(headers['content-length']).toBe('3')
    expect(text).toBe('')
    expect(cookie).toBeDefined()
  })

  test('a range of a file and its 304 wait for the commit', async () => {
    const scene = await stage(
      (app) =>
        app.get(
          '/',
          changing((_req, res) => res.sendFile(file)),
        ),
      {
        makeApp,
      },
    )
    const part = await ask(scene.url, { headers: { range: 'bytes=0-5' } }).answer
    expect([part.status, part.text]).toEqual([206, 'import'])
    expect(part.cookie).toBeDefined()

    const etag = part.headers.etag ?? ''
    const held = scene.control.hold()
    const second = ask(scene.url, { headers: { 'if-none-match': etag }, cookie: part.cookie })
    await held.reached
    await scene.turn()
    expect(second.bytes()).toBe(0)
    held.release()
    const { status, headers } = await second.answer
    expect([status, headers.vary]).toEqual([304, 'Cookie'])
  })
})

test('an async handler that throws waits for the commit on Express 5', async () => {
  const handler = changing(async () => {
    throw Object.assign(new Error('oh'), { status: 418 })
  })
  const scene = await stage((app) => app.get('/', handler))
  const { status, cookie } = await ask(scene.url).answer
  expect(status).toBe(418)
  expect(cookie).toBeDefined()
})
