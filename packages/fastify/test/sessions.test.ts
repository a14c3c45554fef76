import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { SessionStoreError } from '@sojourn/core'
import { sessions } from '@sojourn/fastify'
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type LightMyRequestResponse,
} from 'fastify'
import { describe, expect, test, vi } from 'vitest'
import { closing, makeManager } from './support.ts'

/** An application whose store the test holds in its hand. */
async function stage(mount: (app: FastifyInstance) => unknown = () => undefined) {
  const scene = makeManager()
  const app = closing(fastify({ forceCloseConnections: true }))
  await app.register(sessions(scene.manager))
  await mount(app)
  return { ...scene, app }
}

const change = (reply: FastifyReply) => {
  const { data } = reply.request.session
  data.n = (data.n ?? 0) + 1
}

const cookieOf = ({ headers }: LightMyRequestResponse) => headers['set-cookie']?.toString()

describe('where sessions are', () => {
  test('routes of child instances and the not-found handler have them, whatever was registered first', async () => {
    const { app } = await stage((app) => {
      app.register(async (child) => {
        child.get('/child', (_request, reply) => {
          change(reply)
          reply.send('child')
        })
      })
      app.setNotFoundHandler((_request, reply) => {
        change(reply)
        reply.code(404).send('nothing here')
      })
    })
    for (const url of ['/child', '/nowhere'])
      expect(cookieOf(await app.inject(url))).toMatch(/^sid=/)
  })

  test('those of an encapsulated instance stay there', async () => {
    const { manager } = makeManager()
    const app = closing(fastify())
    app.register(async (child) => {
      await child.register(sessions(manager))
      child.get('/inside', async ({ session }) => session.isNew)
    })
    app.get('/outside', async (request) => 'session' in request)
    expect([(await app.inject('/inside')).json(), (await app.inject('/outside')).json()]).toEqual([
      true,
      false,
    ])
  })

  test('the same manager on an instance and its child loads and commits once', async () => {
    const { app, control, manager } = await stage()
    await app.register(sessions(manager))
    app.register(async (child) => {
      await child.register(sessions(manager))
      await child.register(sessions(manager, { as: 'again' }))
      child.get('/', async (request, reply) => {
        change(reply)
        return request.session === Reflect.get(request, 'again')
      })
    })
    const first = await app.inject('/')
    expect([first.json(), control.calls]).toEqual([true, ['insert']])
    const cookie = cookieOf(first)
    await app.inject({ url: '/', headers: { cookie } })
    expect(control.calls).toEqual(['insert', 'find', 'replace'])
  })

  test('another manager by the same name is refused when it is registered', async () => {
    const { app } = await stage()
    await expect(app.register(sessions(makeManager().manager))).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: expect.stringContaining('name session'),
    })
  })

  test('a hook that runs before them is told that there are none yet', async () => {
    const { manager } = makeManager()
    const app = closing(fastify())
    app.addHook('onRequest', async ({ session }) => void session.id)
    await app.register(sessions(manager))
    app.get('/', async () => 'unreached')
    const { statusCode, body } = await app.inject('/')
    expect([statusCode, JSON.parse(body).code]).toEqual([500, 'ERR_SESSION_MISSING'])
  })

  test('no manager is refused when it is handed over', () => {
    expect(() => sessions(undefined as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
    )
  })
})

describe('a store in trouble', () => {
  test('goes to the error handler, with status and Retry-After in place, once', async () => {
    const told = vi.fn()
    const { app, control } = await stage((app) => {
      app.setErrorHandler((error, _request, reply) => {
        told(error)
        reply.send({ sorry: true })
      })
      app.get('/', async (_request, reply) => {
        change(reply)
        reply.header('ETag', '"mine"').header('Set-Cookie', 'mine=1').code(201)
        return 'mine'
      })
    })
    control.fail()
    const { statusCode, headers, body } = await app.inject('/')
    expect([statusCode, headers['retry-after'], body]).toEqual([503, '1', '{"sorry":true}'])
    expect([headers['etag'], headers['set-cookie']]).toEqual([undefined, undefined])
    expect(told.mock.calls).toEqual([[expect.any(SessionStoreError)]])
  })

  test('keeps the headers that stood there before the session was loaded', async () => {
    const { manager, control } = makeManager()
    const app = closing(fastify())
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('Access-Control-Allow-Origin', '*').header('Set-Cookie', 'early=1')
      reply.raw.setHeader('X-Raw', 'early')
    })
    await app.register(sessions(manager))
    app.get('/', async (_request, reply) => {
      change(reply)
      return reply.header('Set-Cookie', 'mine=1').send('mine')
    })
    control.fail()
    const { statusCode, headers } = await app.inject('/')
    expect([statusCode, headers['access-control-allow-origin'], headers['x-raw']]).toEqual([
      503,
      '*',
      'early',
    ])
    expect(headers['set-cookie']).toBe('early=1')
  })

  test('leaves the cookie of another manager on the answer to its error', async () => {
    const { app, control } = await stage()
    const other = makeManager({ cookieName: 'admin' })
    await app.register(sessions(other.manager, { as: 'admin' }))
    app.get('/', async (request, reply) => {
      change(reply)
      await Reflect.get(request, 'admin').login('ann')
      return 'mine'
    })
    control.fail()
    const answer = await app.inject('/')
    expect([answer.statusCode, cookieOf(answer)]).toEqual([503, expect.stringMatching(/^admin=/)])
  })

  test('destroys the stream that was to be sent', async () => {
    const source = new Readable({ read() {} })
    const { app, control } = await stage((app) => {
      app.get('/', (_request, reply) => {
        change(reply)
        source.push('mine')
        reply.send(source)
      })
    })
    control.fail()
    const { statusCode, body } = await app.inject('/')
    expect([statusCode, body.includes('mine')]).toEqual([503, false])
    if (!source.closed) await once(source, 'close')
    expect(source.destroyed).toBe(true)
  })

  test('answers a hijacked reply by status and Retry-After alone', async () => {
    const { app, control } = await stage((app) => {
      app.get('/', (_request, reply) => {
        change(reply)
        reply.hijack()
        reply.raw.writeHead(200, { 'X-Mine': '1' })
        reply.raw.end('mine')
      })
    })
    control.fail()
    const { statusCode, headers, body } = await app.inject('/')
    expect([statusCode, headers['retry-after'], headers['x-mine'], body]).toEqual([
      503,
      '1',
      undefined,
      '',
    ])
  })

  test('is the error reply also of who writes to the raw response without hijacking it', async () => {
    const { app, control } = await stage((app) => {
      app.get('/', (_request, reply) => {
        change(reply)
        reply.raw.write('mine')
        reply.raw.end()
      })
    })
    control.fail()
    const { statusCode, body } = await app.inject('/')
    expect([statusCode, JSON.parse(body).code]).toEqual([503, 'ERR_STORE_UNAVAILABLE'])
  })
})

describe('what leaves', () => {
  test('GET routes answer HEAD with the cookie and no body', async () => {
    const { app, control } = await stage((app) => {
      app.get('/', async (_request, reply) => {
        change(reply)
        return 'hello'
      })
    })
    const answer = await app.inject({ method: 'HEAD', url: '/' })
    expect([cookieOf(answer), answer.headers['content-length'], answer.body]).toEqual([
      expect.stringMatching(/^sid=/),
      '5',
      '',
    ])
    expect(control.calls).toEqual(['insert'])
  })

  test('web streams and Responses carry the cookie', async () => {
    const { app } = await stage((app) => {
      app.get('/stream', async (_request, reply) => {
        change(reply)
        return reply.send(new Blob(['hello']).stream())
      })
      app.get('/response', async (_request, reply) => {
        change(reply)
        return reply.send(new Response('hello', { headers: { 'Set-Cookie': 'theme=dark' } }))
      })
    })
    const [stream, response] = [await app.inject('/stream'), await app.inject('/response')]
    expect([stream.body, response.body]).toEqual(['hello', 'hello'])
    expect(cookieOf(stream)).toMatch(/^sid=/)
    expect(response.headers['set-cookie']).toEqual(['theme=dark', expect.stringMatching(/^sid=/)])
  })

  test('a change by a later onSend hook is kept too', async () => {
    const { app, control } = await stage((app) => {
      app.addHook('onSend', async (_request, reply, payload) => {
        change(reply)
        return payload
      })
      app.get('/', async () => 'hello')
    })
    expect(cookieOf(await app.inject('/'))).toMatch(/^sid=/)
    expect(control.calls).toEqual(['insert'])
  })

  test('a change after the first byte is not kept, and told of', async () => {
    const { app, discarded, control } = await stage((app) => {
      app.get('/', (_request, reply) => {
        const source = new Readable({ read() {} })
        source.push('one')
        source.once('resume', () =>
          setImmediate(() => {
            change(reply)
            source.push(null)
          }),
        )
        reply.send(source)
      })
    })
    expect(cookieOf(await app.inject('/'))).toBeUndefined()
    expect([discarded, control.calls]).toEqual([
      [{ what: 'changes', why: 'late', id: undefined }],
      [],
    ])
  })

  test('a client that goes early has its change kept', async () => {
    const { app, manager, control } = await stage((app) => {
      app.get('/', async ({ session }, reply) => {
        await session.login('ann')
        const source = new Readable({ read() {} })
        source.push('one')
        return reply.send(source)
      })
    })
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
    const socket = connect(Number(port), '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    expect([(await manager.sessions('ann')).length, control.calls]).toEqual([1, ['insert', 'list']])
  })

  test('a sole line of early raw headers waits for the commit', async () => {
    const { app } = await stage((app) => {
      app.get('/', (_request, reply) => {
        change(reply)
        reply.hijack()
        reply.raw.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
        setImmediate(() => reply.raw.end('data: 1\n\n'))
      })
    })
    const response = await fetch(await app.listen({ port: 0, host: '127.0.0.1' }))
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^sid=/)])
    expect(await text(response.body as never)).toBe('data: 1\n\n')
  })
})
