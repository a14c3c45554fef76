import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { Agent } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { deferred } from '@sojourn/conformance/testing'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { type Answer, ask, changing, frameworks, stage, watchFaults } from './support.ts'

watchFaults()

const file = import.meta.filename

function* secrets() {
  for (let n = 0; n < 1000; n++) yield `SECRET ${n} `.repeat(500)
}

const handlers: Record<string, RequestHandler> = {
  'res.json': (_req, res) => void res.json({ a: 'SECRET' }),
  'res.send with an ETag': (_req, res) => void res.set('ETag', '"SECRET"').send('SECRET'),
  redirect: (_req, res) => res.redirect('/SECRET'),
  writeHead: (_req, res) =>
    void res
      .writeHead(201, 'SECRET', { 'Content-Encoding': 'gzip', 'Set-Cookie': 'SECRET=1' })
      .end('SECRET'),
  sendFile: (_req, res) => res.sendFile(file),
  pipe: (_req, res) => void Readable.from(secrets()).pipe(res),
  'pipe of a file': (_req, res) => void createReadStream(file).pipe(res),
  'stream.pipeline': (_req, res) => void pipeline(Readable.from(secrets()), res).catch(() => 0),
  'stream.pipeline of a generator': (_req, res) =>
    void pipeline(secrets, res).catch(() => undefined),
  async 'writes that mind backpressure'(_req, res) {
    for (const part of secrets()) if (!res.write(part)) await once(res, 'drain')
    res.end()
  },
  'writes that do not'(_req, res) {
    for (const part of secrets()) res.write(part)
    res.end('SECRET')
  },
  'SSE with early flushHeaders'(_req, res) {
    res.type('text/event-stream').set('Connection', 'keep-alive').flushHeaders()
    const tell = () => {
      res.write('data: SECRET\n\n')
      if (!res.closed) setImmediate(tell)
    }
    tell()
  },
}

const custom: Record<string, ErrorRequestHandler> = {
  'a terse one': (_error, _req, res, _next) => void res.status(503).end(),
  'a terse one that waits': async (_error, _req, res, _next) => {
    await turns(5)
    res.status(503).end()
  },
  'one that answers JSON': (error, _req, res, _next) =>
    void res.status(error.status).json({ code: error.code }),
  'one that waits and answers': async (error, _req, res, _next) => {
    await turns(5)
    res.status(error.status).json({ code: error.code })
  },
  'one that waits between its head and its body': async (error, _req, res, _next) => {
    res.status(error.status).set('X-Page', 'error')
    await turns(20)
    res.send('so sorry')
  },
  'one that writes and waits': async (_error, _req, res, _next) => {
    res.status(503).write('so ')
    await turns(20)
    res.end('sorry')
  },
  'one that streams': (_error, _req, res, _next) => {
    const parts = Array.from({ length: 64 }, () => 'sorry'.repeat(4096))
    Readable.from(parts).pipe(res.status(503))
  },
}

const expectedBody: Record<string, string> = {
  'one that answers JSON': '{"code":"ERR_STORE_UNAVAILABLE"}',
  'one that waits and answers': '{"code":"ERR_STORE_UNAVAILABLE"}',
  'one that waits between its head and its body': 'so sorry',
  'one that writes and waits': 'so sorry',
  'one that streams': 'sorry'.repeat(4096 * 64),
}

/** Lets the other side's timers and writes have their turn. */
async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve))
}

function expectNothingOfTheHandler({ status, text, headers, message }: Answer): void {
  expect(status).toBe(503)
  expect(message).toBe('Service Unavailable')
  expect(text).not.toContain('SECRET')
  expect(JSON.stringify(headers)).not.toContain('SECRET')
  expect(headers).toMatchObject({ 'retry-after': '1' })
  for (const name of ['set-cookie', 'location', 'content-encoding', 'last-modified'])
    expect(headers[name]).toBeUndefined()
}

describe.each(frameworks)('%s, store down', (_name, makeApp) => {
  describe.each(Object.entries(handlers))('%s', (_way, handler) => {
    test('the default error handler answers 503', async () => {
      const scene = await stage((app) => app.get('/', changing(handler)), { makeApp })
      scene.control.fail()
      const answer = await ask(scene.url).answer
      expectNothingOfTheHandler(answer)
      expect(answer.headers['content-type']).toMatch('text/html')
      expect(answer.text).toContain('SessionStoreError')
    })

    test.each(Object.entries(custom))('%s answers, once', async (which, onError) => {
      let times = 0
      const counting: ErrorRequestHandler = (error, req, res, next) => {
        times++
        return onError(error, req, res, next)
      }
      const mount = (app: Express) => app.get('/', changing(handler)).use(counting)
      const scene = await stage(mount, { makeApp })
      scene.control.fail()
      const answer = await ask(scene.url).answer
      expectNothingOfTheHandler(answer)
      expect(answer.text).toBe(expectedBody[which] ?? '')
      expect(times).toBe(1)
    })
  })
})

test('an old handler that ends while the error handler is thinking does not answer for it', async () => {
  const thought = deferred()
  const ended = deferred()
  const mount = (app: Express) => {
    app.get(
      '/',
      changing(async (_req, res) => {
        res.write('SECRET')
        await thought.promise
        res.end('SECRET')
        ended.resolve()
      }),
    )
    app.use((async (_error, _req, res, _next) => {
      thought.resolve()
      await ended.promise
      res.status(503).send('so sorry')
    }) satisfies ErrorRequestHandler)
  }
  const scene = await stage(mount)
  scene.control.fail()
  const answer = await ask(scene.url).answer
  expectNothingOfTheHandler(answer)
  expect(answer.text).toBe('so sorry')
})

test('an error handler that another queue calls back is heard', async () => {
  const queue: (() => void)[] = []
  const mount = (app: Express) => {
    app.get('/', changing(handlers['SSE with early flushHeaders'] as RequestHandler))
    app.use(((_error, _req, res, _next) => {
      queue.push(() => void res.status(503).json('so sorry'))
    }) satisfies ErrorRequestHandler)
  }
  const scene = await stage(mount)
  scene.control.fail()
  const { answer } = ask(scene.url)
  while (queue.length === 0) await scene.turn()
  queue.pop()?.()
  expect((await answer).text).toBe('"so sorry"')
})

test('writes that were dropped call back with the error', async () => {
  const errors: unknown[] = []
  const note = (error?: unknown) => void errors.push(error)
  const handler = changing((_req, res) => {
    res.write('a', note)
    res.write('b', 'utf8', note)
    res.end('c', note)
  })
  const scene = await stage((app) => app.get('/', handler))
  scene.control.fail()
  await ask(scene.url).answer
  await turns(2)
  expect(errors).toHaveLength(3)
  for (const error of errors) expect(error).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
})

test('the next request on the same connection is answered as ever', async () => {
  const scene = await stage((app) => {
    app.get('/', changing(handlers['pipe'] as RequestHandler))
    app.get('/next', (_req, res) => void res.send('next'))
  })
  scene.control.fail()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const [first, second] = [ask(scene.url, { agent }), ask(`${scene.url}/next`, { agent })]
  expectNothingOfTheHandler(await first.answer)
  expect((await second.answer).text).toBe('next')
  expect(first.request.socket).toBe(second.request.socket)
  agent.destroy()
})

test('a client that leaves while the error handler is thinking harms nobody', async () => {
  const thinking = deferred()
  const left = deferred()
  const answered = deferred()
  const mount = (app: Express) => {
    app.get('/', changing(handlers['pipe'] as RequestHandler))
    app.use((async (_error, _req, res, _next) => {
      res.on('close', () => left.resolve())
      thinking.resolve()
      await left.promise
      res.status(503).send('so sorry')
      answered.resolve()
    }) satisfies ErrorRequestHandler)
  }
  const scene = await stage(mount)
  scene.control.fail()
  const { request, answer } = ask(scene.url)
  await thinking.promise
  request.destroy()
  await expect(answer).rejects.toThrow()
  await answered.promise
  await scene.turn()
})
