import { once } from 'node:events'
import { get } from 'node:http'
import { Readable } from 'node:stream'
import { createGunzip, gunzipSync } from 'node:zlib'
import compression from 'compression'
import type { Express, RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { ask, changing, frameworks, stage, watchFaults } from './support.ts'

watchFaults()

const gzip = { headers: { 'accept-encoding': 'gzip' } }

function compressed(place: string, handler: RequestHandler) {
  const compress = (app: Express) => app.use(compression({ threshold: 0 }))
  return place === 'before'
    ? { mount: (app: Express) => app.get('/', handler), before: compress }
    : { mount: (app: Express) => compress(app).get('/', handler) }
}

const events: Record<string, RequestHandler> = {
  'flushHeaders first': (_req, res) => {
    res.type('text/event-stream').flushHeaders()
    res.write('data: 1\n\n')
    res.flush()
    setImmediate(() => {
      res.write('data: 2\n\n')
      res.flush()
      res.end()
    })
  },
  'res.write first': (_req, res) => {
    res.type('text/event-stream').write('data: 1\n\n')
    res.flush()
    setImmediate(() => res.end('data: 2\n\n'))
  },
  'writeHead and flushHeaders': (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
    res.write('data: 1\n\n')
    setImmediate(() => res.end('data: 2\n\n'))
  },
}

describe.each(frameworks)('%s', (_name, makeApp) => {
  describe.each(['before', 'after'])('compression mounted %s the sessions', (place) => {
    test.each(Object.entries(events))('SSE, %s, arrives whole', async (_way, handler) => {
      const { mount, ...rest } = compressed(place, changing(handler))
      const scene = await stage(mount, { makeApp, ...rest })
      const held = scene.control.hold()
      const { answer, bytes } = ask(scene.url, gzip)
      await held.reached
      await scene.turn()
      await scene.turn()
      expect(bytes()).toBe(0)
      held.release()
      const { headers, body, cookie } = await answer
      expect(headers['content-encoding']).toBe('gzip')
      expect(gunzipSync(body).toString()).toBe('data: 1\n\ndata: 2\n\n')
      expect(cookie).toBeDefined()
    })

    test.each(Object.entries(events))(
      'SSE, %s, is dropped with its commit',
      async (_w, handler) => {
        const { mount, ...rest } = compressed(place, changing(handler))
        const scene = await stage(mount, { makeApp, ...rest })
        scene.control.fail()
        const { status, headers, body } = await ask(scene.url, gzip).answer
        const isCompressed = headers['content-encoding'] === 'gzip'
        const text = (isCompressed ? gunzipSync(body) : body).toString()
        expect(status).toBe(503)
        expect(text).toContain('SessionStoreError')
        expect(text).not.toContain('data:')
        expect(headers['content-type']).toMatch('text/html')
      },
    )

    test('a pipe of 100 MB is held back by the commit and then by the client', async () => {
      let produced = 0
      const part = Buffer.alloc(65_536, 'x')
      const source = new Readable({
        read() {
          produced += part.length
          this.push(produced > 100e6 ? null : part)
        },
      })
      const handler = changing((_req, res) => void source.pipe(res.type('text')))
      const { mount, ...rest } = compressed(place, handler)
      const scene = await stage(mount, { makeApp, ...rest })
      const held = scene.control.hold()
      const request = get(scene.url, { ...gzip, agent: false })
      await held.reached
      await scene.turn()
      expect(produced).toBeLessThan(1e6)
      held.release()
      const [response] = await once(request, 'response')
      let length = 0
      for await (const chunk of response.pipe(createGunzip())) length += chunk.length
      expect(length).toBe(produced - part.length)
    })
  })
})
