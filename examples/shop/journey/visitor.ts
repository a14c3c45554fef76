/** A visitor over HTTP, with a cookie jar. It follows redirects. */

/** A page that a visitor got. */
export interface View {
  readonly status: number
  readonly path: string
  readonly html: string
  /** The text of the page, without markup. */
  readonly text: string
  /** The Set-Cookie lines of the page and of all redirects to it. */
  readonly setCookies: readonly string[]
  /** The headers of the last response. */
  readonly headers: Headers
}

export interface Visitor {
  /** The origin of the site. */
  readonly origin: string
  /** The Cookie header of the next request. */
  cookie: string
  get(path: string): Promise<View>
  /** Sends a form and returns the page that it leads to. */
  post(path: string, fields?: Record<string, string>): Promise<View>
  /** Sends any other request and returns the page that it leads to. */
  send(path: string, init: RequestInit): Promise<View>
}

/** Where a demo runs, with a clock that the test moves. */
export interface Place {
  readonly url: string
  pass(ms: number): void
}

export const seconds = 1000
export const minutes = 60 * seconds
export const days = 24 * 60 * minutes

export const ada = { login: 'ada', password: 'analytical' }
export const grace = { login: 'grace', password: 'nanosecond' }
export const products = ['key', 'bell', 'mug', 'map', 'lantern', 'blanket']

/** Puts products into a visitor's cart, one after the other. */
export async function add(visitor: Visitor, ...products: string[]): Promise<void> {
  for (const product of products) await visitor.post('/cart/add', { product })
}

/** Returns a visitor who has signed in. */
export async function signIn(baseUrl: string, who: typeof ada, userAgent?: string) {
  const visitor = createVisitor(baseUrl, userAgent)
  await visitor.post('/sign-in', who)
  return visitor
}

/** Returns the session id in the panel. */
export function idOf({ html }: View): string {
  return /<code>([\w-]+\.[\w-]+)<\/code>/.exec(html)?.[1] ?? 'none'
}

/** Returns the lines of the cart page: the number of each product. */
export function cartOf({ html }: View): Record<string, number> {
  const rows = html.matchAll(/data-product="(\w+)" data-count="(\d+)"/g)
  return Object.fromEntries([...rows].map(([, id, count]) => [id, Number(count)]))
}

/** Returns a visitor without a cookie. */
export function createVisitor(baseUrl: string, userAgent = 'node'): Visitor {
  const visitor: Visitor = {
    origin: new URL(baseUrl).origin,
    cookie: '',
    get: (path) => follow(path, {}),
    post: (path, fields = {}) =>
      follow(path, { method: 'POST', body: new URLSearchParams(fields) }),
    send: (path, init) => follow(path, init),
  }
  return visitor

  async function follow(path: string, init: RequestInit, seen: string[] = []): Promise<View> {
    const headers = { ...init.headers, cookie: visitor.cookie, 'user-agent': userAgent }
    const response = await fetch(new URL(path, baseUrl), { ...init, headers, redirect: 'manual' })
    const setCookies = [...seen, ...response.headers.getSetCookie()]
    visitor.cookie = afterwards(visitor.cookie, response.headers.getSetCookie())
    const html = await response.text()
    const location = response.headers.get('location')
    if (response.status === 303 && location) return follow(location, {}, setCookies)
    const { status, headers: said } = response
    return { status, path, html, text: wordsOf(html), setCookies, headers: said }
  }
}

/** Returns the jar after a response. An expired cookie is deleted from it. */
function afterwards(cookie: string, setCookies: readonly string[]): string {
  const jar = new Map(cookie ? cookie.split('; ').map(pairOf) : [])
  for (const line of setCookies) {
    const [name, value] = pairOf(line.split(';')[0] ?? '')
    if (/max-age=0\b|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name)
    else jar.set(name, value)
  }
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
}

function pairOf(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=')
  return [pair.slice(0, at), pair.slice(at + 1)]
}

function wordsOf(html: string): string {
  const [, body = html] = /<body>(.*)<\/body>/s.exec(html) ?? []
  return body
    .replace(/<script\b.*?<\/script>/gs, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
