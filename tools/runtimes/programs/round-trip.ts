import { createJar } from '@sojourn/conformance/testing'
import type { Page } from './page.ts'

/** Sends a request to an application. */
export type Send = (request: Request) => Response | Promise<Response>

const visitor: Page = { user: null, notes: 0 }

/**
 * Is a browser of the application at `url`: logs in, writes twice, logs out, and comes back with the cookie of before.
 * @param send Sends the requests; `fetch` by default.
 * @throws Error if a page shows anything else than it should.
 */
export async function roundTrip(url: string, send: Send = fetch): Promise<void> {
  const jar = createJar()
  const visit = async (method: string, path: string, expected: Page) => {
    const headers: Record<string, string> = jar.header === undefined ? {} : { cookie: jar.header }
    const response = await send(new Request(new URL(path, url), { method, headers }))
    const text = await response.text()
    check(`${method} ${path}`, JSON.stringify(expected), text)
    jar.take(response.headers.getSetCookie())
  }
  await visit('GET', '/', visitor)
  await visit('POST', '/log-in', { user: 'ada', notes: 0 })
  await visit('POST', '/write', { user: 'ada', notes: 1 })
  await visit('POST', '/write', { user: 'ada', notes: 2 })
  await visit('GET', '/', { user: 'ada', notes: 2 })
  const before = jar.header
  await visit('POST', '/log-out', visitor)
  await visit('GET', '/', visitor)
  jar.header = before
  await visit('GET', '/', visitor)
}

/** @throws Error if `actual` is not what was expected. */
export function check(what: string, expected: unknown, actual: unknown): void {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}, got ${actual}`)
}
