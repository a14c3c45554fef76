import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { deferred } from '@sojourn/conformance/testing'
import compression from 'compression'
import type { Express, RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { ask, changing, frameworks, stage, watchFaults } from './support.ts'

watchFaults()

const line = 'all work and no play makes a dull line of text\n'
const long = line.repeat(20_000)
const lines = () => Readable.from(Array.from({ length: 200 }, () => line.repeat(100)))

const handlers: Record<string, RequestHandler> = {
  'res.send': (_req, res) => void res.type('text').send(long),
  'res.end': (_req, res) => void res.type('text').end(long),
  'writeHead and end': (_req, res) =>
    void res.writeHead(200, { 'Content-Type': 'text/plain' }).end(long),
  'chunked writes': (_req, res) => {
    res.type('text')
    for (let n = 0; n < 200; n++) res.write(line.repeat(100))
    res.end()
  },
  pipe: (_req, res) => void lines().pipe(res.type('text')),
  pipeline: (_req, res) => pipeline(lines(), res.type('text')),
  'writes that wait for drain': (_req, res) => {
    let left = 200
    const goOn = () => {
      while (left > 0 && res.write(line.repeat(100))) left--
      if (left-- <= 0) res.end()
    }
    res.type('text').on('drain', goOn)
    goOn()
  },
}

type Place = 'before' | 'after'
const places: readonly Place[] = ['before', 'after']

/** The scene's mounts, with `compression` before or after the sessions. */
function compressed(place: Place, mount: (app: Express) => void) {
  const compress = (app: Express) => app.use(compression())
  return place === 'before'
    ? { mount, before: compress }
    : { mount: (app: Express) => mount(compress(app)) }
}

describe.each(frameworks)('%s', (_name, makeApp) => {
  describe.each(places)('compression mounted %s the sessions', (place) => {
    test.each(Object.entries(handlers))(
      '%s arrives whole, with its cookie',
      async (_way, handler) => {
        const { mount, ...rest } = compressed(place, (app) => app.get('/', changing(handler)))
        const scene = await stage(mount, { makeApp, ...rest })
        const held = scene.control.hold()
        const { answer, bytes } = ask(scene.url, { headers: { 'accept-encoding': 'gzip' } })
        await held.reached
        await scene.turn()
        expect(bytes()).toBe(0)
        held.release()
        const { headers, body, cookie } = await answer
        expect(headers['content-encoding']).toBe('gzip')
        expect(gunzipSync(body).toString()).toBe(long)
        expect(cookie).toBeDefined()
      },
    )

    test('a short answer keeps its length', async () => {
      const { mount, ...rest } = compressed(place, (app) =>
        app.get(
          '/',
          changing((_req, res) => void res.type('text').send('short')),
        ),
      )
      const scene = await stage(mount, { makeApp, ...rest })
      const { headers, text } = await ask(scene.url, { headers: { 'accept-encoding': 'br' } })
        .answer
      expect([headers['content-encoding'], headers['content-length'], text]).toEqual([
        undefined,
        '5',
        'short',
      ])
    })

    test('an event that is flushed leaves at once', async () => {
      const arrived = deferred()
      const { mount, ...rest } = compressed(place, (app) =>
        app.get(
          '/',
          changing(async (_req, res) => {
            res.writeHead(200, { 'Content-Type': 'text/event-stream' })
            res.write('data: 1\n\n')
            res.flush()
            await arrived.promise
            res.end('data: 2\n\n')
          }),
        ),
      )
      const scene = await stage(mount, { makeApp, ...rest })
      const response = await fetch(scene.url)
      const reader = response.body?.getReader()
      const first = await reader?.read()
      expect(Buffer.from(first?.value ?? []).toString()).toBe('data: 1\n\n')
      arrived.resolve()
    })

    test('an error page after a failed commit is compressed or not, but whole', async () => {
      const { mount, ...rest } = compressed(place, (app) =>
        app.get('/', changing(handlers['chunked writes'] as RequestHandler)),
      )
      const scene = await stage(mount, { makeApp, ...rest })
      scene.control.fail()
      const { status, headers, body } = await ask(scene.url, {
        headers: { 'accept-encoding': 'br' },
      }).answer
      const isCompressed = headers['content-encoding'] === 'br'
      const text = (isCompressed ? brotliDecompressSync(body) : body).toString()
      expect(status).toBe(503)
      expect(text).toContain('SessionStoreError')
      expect(text).not.toContain('dull')
    })
  })
})
