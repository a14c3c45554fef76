/** A visitor over HTTP: a small cookie jar, and redirects followed one by one. */

/** What a visitor gets to see. */
export interface View {
  readonly status: number
  readonly path: string
  readonly html: string
  /** The words of the page, without its markup. */
  readonly text: string
  /** Every Set-Cookie on the way here. */
  readonly setCookies: readonly string[]
  /** The headers of the last response. */
  readonly headers: Headers
}

export interface Visitor {
  /** The site that it visits. */
  readonly origin: string
  /** The Cookie header that the next request sends. */
  cookie: string
  get(path: string): Promise<View>
  /** Sends a form and follows to the page that it leads to. */
  post(path: string, fields?: Record<string, string>): Promise<View>
  /** Sends whatever else, and follows likewise. */
  send(path: string, init: RequestInit): Promise<View>
}

/** Where a demo runs, on a clock that only moves when it is told to. */
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

/** A visitor who has signed in. */
export async function signIn(baseUrl: string, who: typeof ada, userAgent?: string) {
  const visitor = createVisitor(baseUrl, userAgent)
  await visitor.post('/sign-in', who)
  return visitor
}

/** The session id that the panel shows. */
export function idOf({ html }: View): string {
  return /<code>([\w-]+\.[\w-]+)<\/code>/.exec(html)?.[1] ?? 'none'
}

/** What the cart page lists: how many of which product. */
export function cartOf({ html }: View): Record<string, number> {
  const rows = html.matchAll(/data-product="(\w+)" data-count="(\d+)"/g)
  return Object.fromEntries([...rows].map(([, id, count]) => [id, Number(count)]))
}

/** A visitor without a cookie. */
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

/** The jar after a response: a cookie that is set replaces the one of its name, an expired one leaves. */
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
