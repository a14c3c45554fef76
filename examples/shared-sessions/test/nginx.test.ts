/** The template alone: what nginx repeats, and how much fits through it. */
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import { sessions } from '@sojourn/express'
import { cookieStore } from '@sojourn/store-cookie'
import express from 'express'
import { expect, test } from 'vitest'
import { proxyAddress } from '../local/services.ts'
import { createClient } from './client.ts'
import { serve, startNginxWith } from './nginx.ts'

test('a service that dies with a request: a GET is repeated at the next one, a POST never', async () => {
  const received: string[] = []
  const dying = await serve((request) => {
    received.push(`dying ${request.method}`)
    request.socket.destroy()
  })
  const living = await serve((request, response) => {
    // A connection that is kept could be closed while a POST is on its way.
    received.push(`living ${request.method}, ${request.headers.connection}`)
    response.end('OK')
  })
  // An upstream for each method, because nginx leaves out for a while what has failed.
  const servers = { USER_SERVERS: `${dying} ${living}`, TASK_SERVERS: `${dying} ${living}` }
  const client = createClient(await startNginxWith(servers))

  const reads = [await client.get('/user/'), await client.get('/user/')]
  expect(reads.map(({ status }) => status)).toEqual([200, 200])
  expect(received.splice(0).toSorted()).toEqual([
    'dying GET',
    'living GET, close',
    'living GET, close',
  ])

  const writes = [await client.post('/task/add'), await client.post('/task/add')]
  expect(writes.map(({ status }) => status).toSorted()).toEqual([200, 503])
  expect(received.toSorted()).toEqual(['dying POST', 'living POST, close'])
})

test('no service at all is 503 with Retry-After, as when Redis is away', async () => {
  const client = createClient(await startNginxWith({}))
  const { status, headers, setCookies, body } = await client.post('/user/log-in')
  expect(status).toBe(503)
  expect(headers['retry-after']).toBe('2')
  expect(setCookies).toEqual([])
  expect(body).not.toMatch(/nginx|127\.0/)
})

test.each([
  ['GET /user/ HTTP/1.1', 'localhost:1', '200'],
  ['GET /user/ HTTP/1.1', 'localhost:443@evil.example', '200|400'], // 400 by nginx 1.31
  ['GET https://localhost/user/ HTTP/1.1', 'evil.example', '200'],
  ['GET https://evil.example/user/ HTTP/1.1', 'localhost', '421'],
  ['GET /user/ HTTP/1.1', 'evil.example', '421'],
])('%s with the Host %s: no service gets any but the right one', async (line, host, expected) => {
  const hosts: unknown[] = []
  const service = await serve(({ headers }, response) => {
    hosts.push(headers.host)
    response.end('OK')
  })
  const { url, ca } = await startNginxWith({ USER_SERVERS: service })
  const { host: right, port } = new URL(url)
  const socket = connect({ port: Number(port), host: 'localhost', servername: 'localhost', ca })
  socket.write(`${line}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  const reply = await text(socket)
  const [, status] = /^HTTP\/1.1 (\d+) /.exec(reply) ?? []
  expect(expected.split('|')).toContain(status)
  expect(reply).not.toMatch(/nginx\/\d/)
  expect(hosts).toEqual(status === '200' ? [right] : [])
})

/** An application whose sessions are in the cookies, which are as large as they may be. */
function sealedSessions() {
  const manager = createSessionManager(
    defaultConfig(randomBytes(32), { store: cookieStore(), warn: () => undefined }),
  )
  const app = express().set('trust proxy', proxyAddress)
  app.use(sessions(manager))
  app.get('/user/fill', async ({ session }, res) => {
    await session.update((data) => {
      data.nickname = randomBytes(4000).toString('hex')
    })
    res.end()
  })
  app.get('/user/read', ({ session }, res) => void res.send(`${session.data.nickname?.length}`))
  return app
}

test('a sealed session of three full cookies fits through, in both directions', async () => {
  const client = createClient(await startNginxWith({ USER_SERVERS: await serve(sealedSessions()) }))
  const { status, setCookies } = await client.get('/user/fill')
  expect(status).toBe(200)
  expect(setCookies).toHaveLength(3)
  expect(client.cookie?.length).toBeGreaterThan(10_000)
  expect((await client.get('/user/read')).body).toBe('8000')
})

test('with the sizes of nginx itself neither direction works: 502, told as 503, and 400', async () => {
  const servers = { USER_SERVERS: await serve(sealedSessions()) }
  const without = (name: RegExp) => (site: string) => {
    expect(site).toMatch(name)
    return site.replace(name, '')
  }
  const responses = createClient(await startNginxWith(servers, without(/^ *proxy_buffer.*\n/gm)))
  expect((await responses.get('/user/fill')).status).toBe(503)

  const requests = createClient(await startNginxWith(servers, without(/^large_client.*\n/m)))
  expect((await requests.get('/user/fill')).status).toBe(200)
  expect((await requests.get('/user/read')).status).toBe(400)
})
