import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Session, SessionManager } from '@sojourn/core'
import { sessions } from '@sojourn/node'
import { type Certificate, hosts } from './certificate.ts'

/** An application over TLS, and what reached it. */
export interface Shop {
  /** The address of the application. */
  readonly url: string
  /** The addresses of the same server by the name of a sibling domain, and as another site. */
  readonly foreignUrls: readonly [sibling: string, other: string]
  /** The requests of browsers to the two routes, with the status of each response; a test may empty it. */
  readonly calls: string[]
  /** What requests to the two routes wait for, before they are answered. */
  hold: Promise<unknown>
  /** How many responses to them are lost on their way, from now on. */
  lost: number
  /** Ends the server, with all connections. */
  stop(): Promise<void>
  /** Starts it again on the same port, with a manager of its own as a new process has. */
  start(manager: SessionManager): Promise<void>
}

type Request = IncomingMessage & { session?: Session }

/** Starts the application. Each of its pages says as JSON what it sees of the session. */
export async function openShop(tls: Certificate, manager: SessionManager): Promise<Shop> {
  const listen = async (port: number, manager: SessionManager): Promise<Server> => {
    const server = createServer(tls, handlerOf(shop, manager)).listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  }
  let server: Server
  let port = 0
  const shop: Shop = {
    get url() {
      return `https://${hosts.site}:${port}`
    },
    get foreignUrls() {
      return [`https://${hosts.sibling}:${port}`, `https://${hosts.other}:${port}`] as const
    },
    calls: [],
    hold: Promise.resolve(),
    lost: 0,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
    async start(manager) {
      server = await listen(port, manager)
    },
  }
  server = await listen(0, manager)
  port = (server.address() as AddressInfo).port
  return shop
}

function handlerOf(shop: Shop, manager: SessionManager) {
  const withSession = sessions(manager)
  return async (request: Request, response: ServerResponse) => {
    const { url: path = '' } = request
    if (path === '/favicon.ico') return response.writeHead(404).end() // when it comes, no test knows
    if (path.startsWith('/session/device')) {
      response.once('finish', () => shop.calls.push(`${path.slice(9)} ${response.statusCode}`))
      await shop.hold
      if (shop.lost > 0) {
        shop.lost--
        response.end = () => response.destroy()
      }
    }
    withSession(request, response, (error) => void respond(request, response, error))
  }
}

async function respond(request: Request, response: ServerResponse, error: unknown): Promise<void> {
  const { session, url } = request
  response.setHeader('Content-Type', 'text/html')
  if (error || !session) {
    response.end('{}')
    return
  }
  if (url === '/login') await session.login('ada')
  if (url === '/logout') await session.destroy()
  if (url === '/rotate') session.rotate()
  const { userId, binding, ended } = session
  response.end(JSON.stringify({ userId, binding, ended }))
}
