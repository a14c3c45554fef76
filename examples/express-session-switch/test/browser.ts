/** A browser: its cookies, as responses set and delete them, and its requests. */
import { Agent, request } from 'node:http'

/** What a server answers. */
export interface Reply {
  readonly server: 'old' | 'new'
  readonly user?: string
  /** Why the session of the request is over, from a new server. */
  readonly ended?: string
  readonly values?: Readonly<Record<string, number>>
  /** When the request was sent and the response had arrived, in ms. */
  readonly sentAt: number
  readonly arrivedAt: number
}

/** The cookies of a browser, by name. */
export type Cookies = Map<string, string>

/** Each request has a connection of its own: one that is kept may close just when a request is sent, as nginx restarts. */
const agent = new Agent({ maxSockets: 200 })

/** Sends a request with these cookies, and changes them by the response. */
export async function send(
  port: number,
  cookies: Cookies,
  { path, method = 'GET' }: { readonly path: string; readonly method?: string },
): Promise<Reply> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const sentAt = performance.now()
  const { status, body, setCookies } = await exchange(port, { path, method, cookie })
  for (const line of setCookies) keepCookie(cookies, line)
  if (status !== 200) throw new Error(`${method} ${path} was answered ${status}: ${body}`)
  return { ...JSON.parse(body), sentAt, arrivedAt: performance.now() }
}

function exchange(
  port: number,
  { path, method, cookie }: { path: string; method: string; cookie: string },
): Promise<{ status: number | undefined; body: string; setCookies: readonly string[] }> {
  return new Promise((resolve, reject) => {
    const headers = cookie ? { cookie } : {}
    const sent = request({ agent, host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          body,
          setCookies: response.headers['set-cookie'] ?? [],
        }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

function keepCookie(cookies: Cookies, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const name = pair.slice(0, pair.indexOf('='))
  const isOver = attributes.some(
    (attribute) =>
      /^max-age=0$/i.test(attribute) ||
      (/^expires=/i.test(attribute) && Date.parse(attribute.slice(8)) < Date.now()),
  )
  if (isOver) cookies.delete(name)
  else cookies.set(name, pair.slice(pair.indexOf('=') + 1))
}
