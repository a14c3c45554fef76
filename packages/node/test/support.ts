import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, expect, onTestFinished } from 'vitest'
import { type BeforeHeaders, beforeHeaders } from '../src/index.ts'

const troubles: unknown[] = []
process.on('unhandledRejection', (reason) => troubles.push(reason))
process.on('uncaughtException', (error) => troubles.push(error))
afterAll(() => expect(troubles).toEqual([]))

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Turns the event loop until something is so; the test's own time limit ends it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn()
}

/** Serves requests until the test is over; answers the port. */
export async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Serves one handler behind `beforeHeaders`. */
export function serveHeld(
  before: (request: IncomingMessage, response: ServerResponse) => BeforeHeaders,
  handle: RequestListener,
): Promise<number> {
  return serve((request, response) => {
    beforeHeaders(response, before(request, response))
    handle(request, response)
  })
}

/** Commits once, when `settled` says so, and fails into a plain 503. */
export function commitWith(settled: () => Promise<void> | undefined, calls: string[] = []) {
  return (_request: IncomingMessage, response: ServerResponse): BeforeHeaders => {
    let hasCommitted = false
    return {
      commit() {
        calls.push('commit')
        if (hasCommitted) return undefined
        hasCommitted = true
        return settled()
      },
      fail(error) {
        calls.push('fail')
        response.statusCode = 503
        response.end(`failed: ${Object(error).message}`)
      },
    }
  }
}

export async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  onTestFinished(() => void socket.destroy())
  return socket
}

/** All bytes that a server answers to one request, but for the date. */
export async function bytesOf(port: number, request = 'GET /'): Promise<string> {
  const socket = await open(port)
  socket.write(`${request} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`)
  return (await text(socket)).replace(/^Date: .*$/m, 'Date: now')
}
