/** An HTTP client with a cookie jar that trusts the certificate of a stack. It follows no redirects. */
import { once } from 'node:events'
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { createJar } from '@sojourn/conformance/testing'

/** A response. */
interface Reply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly setCookies: readonly string[]
  readonly body: string
}

/** What `/user/session` and `/task/session` return. */
interface Summary {
  readonly service: string
  readonly instance: string
  readonly userId?: string
  readonly ended?: string
  readonly nickname?: string
  readonly tasks: readonly string[]
}

/** A client of one address. */
export interface Client {
  /** The Cookie header of the next request. */
  cookie: string | undefined
  get(path: string, headers?: OutgoingHttpHeaders): Promise<Reply>
  /** Sends a form. */
  post(path: string, fields?: Record<string, string>, headers?: OutgoingHttpHeaders): Promise<Reply>
  /** Returns what a service knows of the session; throws if the status is not 200. */
  session(service: 'user' | 'task'): Promise<Summary>
  logIn(name?: string, password?: string): Promise<Reply>
}

/** Creates a client of `url`. */
export function createClient({ url, ca }: { url: string; ca?: string }): Client {
  const jar = createJar()
  const options = ca === undefined ? {} : { ca }

  async function send(
    path: string,
    { method, headers, body }: { method: string; headers: OutgoingHttpHeaders; body?: string },
  ): Promise<Reply> {
    const { request } = url.startsWith('https:') ? https : http
    const cookie = jar.header === undefined ? {} : { cookie: jar.header }
    const sent = request(`${url}${path}`, {
      ...options,
      method,
      headers: { ...cookie, ...headers },
      agent: false,
    }).end(body)
    const [response]: [IncomingMessage] = (await once(sent, 'response')) as [IncomingMessage]
    const setCookies = response.headers['set-cookie'] ?? []
    jar.take(setCookies)
    const { statusCode = 0, headers: received } = response
    return { status: statusCode, headers: received, setCookies, body: await text(response) }
  }

  const client: Client = {
    get cookie() {
      return jar.header
    },
    set cookie(header) {
      jar.header = header
    },
    get: (path, headers = {}) => send(path, { method: 'GET', headers }),
    post: (path, fields = {}, headers = {}) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(fields).toString(),
      }),
    async session(service) {
      const { status, body } = await client.get(`/${service}/session`)
      if (status !== 200) throw new Error(`${service} responded with ${status}: ${body}`)
      return JSON.parse(body)
    },
    logIn: (name = 'ada', password = 'analytical') =>
      client.post('/user/log-in', { name, password }),
  }
  return client
}
