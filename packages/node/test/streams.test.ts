import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline as pipelined } from 'node:stream/promises'
import { deferred } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { commitWith, open, serveHeld, turn, until } from './support.ts'

const megabyte = 1_048_576
const body = randomBytes(5 * megabyte)

/** A stream of so many bytes that counts how many were asked of it. */
function counting(total: number) {
  const counted = { asked: 0, stream: new Readable() }
  const chunk = Buffer.alloc(64 * 1024, 'x')
  counted.stream = new Readable({
    read() {
      if (counted.asked >= total) return void this.push(null)
      counted.asked += chunk.length
      this.push(chunk)
    },
  })
  return counted
}

const chunks = (of: Buffer) =>
  Array.from({ length: Math.ceil(of.length / 50_000) }, (_, index) =>
    of.subarray(index * 50_000, (index + 1) * 50_000),
  )

const ways: Record<string, RequestListener> = {
  'end at once': (_, response) => response.end(body),
  pipe: (_, response) => Readable.from(chunks(body)).pipe(response),
  pipeline: (_, response) => pipeline(Readable.from(chunks(body)), response, () => {}),
  'pipeline of a generator': (_, response) =>
    void pipelined(async function* () {
      yield* chunks(body)
    }, response),
  'writes that wait for drain': async (_, response) => {
    for (const chunk of chunks(body))
      if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve))
    response.end()
  },
  'writes that wait for their callbacks': (_, response) => {
    const rest = chunks(body)
    const next = () => {
      const chunk = rest.shift()
      if (chunk) response.write(chunk, next)
      else response.end()
    }
    next()
  },
  'writes that wait for nothing': (_, response) => {
    for (const chunk of chunks(body)) response.write(chunk)
    response.end()
  },
  'Writable.toWeb': (_, response) =>
    void Readable.toWeb(Readable.from(chunks(body))).pipeTo(
      new WritableStream({
        write: (chunk) => new Promise((resolve) => response.write(chunk, () => resolve())),
        close: () => void response.end(),
      }),
    ),
}

describe.each(Object.entries(ways))('a body of 5 MB by %s', (_name, handle) => {
  test('arrives as it was sent', async () => {
    const port = await serveHeld(commitWith(turn), handle)
    const response = await fetch(`http://127.0.0.1:${port}`)
    const arrived = Buffer.from(await response.arrayBuffer())
    expect(arrived.equals(body)).toBe(true)
  })
})

const pipes: Record<string, (source: Readable) => RequestListener> = {
  pipe: (source) => (_, response) => source.pipe(response),
  pipeline: (source) => (_, response) => pipeline(source, response, () => {}),
}

test.each(Object.entries(pipes))(
  '%s of 200 MB waits for the commit, then for the client',
  async (_name, by) => {
    const gate = deferred()
    const source = counting(200 * megabyte)
    const port = await serveHeld(
      commitWith(() => gate.promise),
      by(source.stream),
    )
    const socket = await open(port)
    socket.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n')
    await until(() => source.asked > 0)
    for (let left = 100; left > 0; left--) await turn()
    expect(source.asked).toBeLessThan(megabyte)
    gate.resolve()
    let received = 0
    let mostAhead = 0
    for await (const chunk of socket) {
      received += chunk.length
      mostAhead = Math.max(mostAhead, source.asked - received)
    }
    expect(received).toBeGreaterThan(200 * megabyte)
    expect(mostAhead).toBeLessThan(20 * megabyte) // what lies in the buffers of the two sockets
  },
)

test('an event stream that was flushed early goes on after the release', async () => {
  const gate = deferred()
  const end = deferred()
  const port = await serveHeld(
    commitWith(() => gate.promise),
    async (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
      response.write('data: 1\n\n')
      gate.resolve()
      await end.promise
      response.end('data: 2\n\n')
    },
  )
  const response = await fetch(`http://127.0.0.1:${port}`)
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body?.getReader()
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n')
  end.resolve()
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 2\n\n')
})

test('answers of one connection leave in the order asked, each after its own commit', async () => {
  const gates = [deferred(), deferred(), deferred()]
  let asked = 0
  const port = await serveHeld(
    commitWith(() => gates[asked++]?.promise),
    (request, response) => {
      response.end(`<${request.url}>`)
      if (request.url === '/3') response.shouldKeepAlive = false
    },
  )
  const socket = await open(port)
  const answers = buffer(socket)
  for (const path of ['/1', '/2', '/3']) socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`)
  await until(() => asked === 3)
  for (const gate of gates.toReversed()) gate.resolve()
  const bodies = (await answers).toString().match(/<.*>/g)
  expect(bodies).toEqual(['</1>', '</2>', '</3>'])
})
