/** A proxy that ends TLS and sets X-Forwarded-Proto, as in production. */
import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { makeCertificates } from '../../../tools/redis-lab/src/certificates.ts'

export interface Front {
  readonly url: string
  close(): void
}

/** Starts a proxy in front of a port of this machine. */
export async function serveFront(port: number): Promise<Front> {
  const { certificate: cert, key } = await makeCertificates()
  const server = createServer({ cert, key }, (asked, answer) => forward(port, asked, answer))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function forward(port: number, asked: IncomingMessage, answer: ServerResponse) {
  const { method = 'GET', url: path = '/' } = asked
  const headers = { ...asked.headers, 'x-forwarded-proto': 'https' }
  const onward = request({ host: '127.0.0.1', port, method, path, headers }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.pipe(answer)
  })
  onward.once('error', () => answer.destroy())
  answer.once('close', () => onward.destroy())
  asked.pipe(onward)
}
