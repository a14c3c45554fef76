import { randomBytes } from 'node:crypto'
import { signInBrowser, testDeviceProtocol } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { logIn } from '@sojourn/core/testing'
import { memoryStore } from '@sojourn/store-memory'
import { type AdminHandler, type AdminOptions, adminPage } from '../src/index.ts'

/** The data of the sessions in these tests. */
export type TestData = {
  role?: string
  note?: string
  big?: unknown
}

export const origin = 'https://shop.example'

/** A manager and the page over it, for an operator called Olga. */
export interface TestPage {
  readonly manager: SessionManager<TestData>
  readonly handle: AdminHandler
  /** Sends a GET to the page. */
  get(query?: string, headers?: Record<string, string>): Promise<Response>
  /** Sends a POST, as the script of the page does. */
  post(query: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  /** Logs a user in, and returns the id of the session. */
  logIn(userId: string, data?: TestData, client?: Record<string, string>): Promise<string>
  /** Logs a user in with a browser that binds the session to a key. */
  logInBound(userId: string): Promise<void>
  /** What `onError` was given. */
  readonly errors: unknown[]
}

export function testPage(options: Partial<AdminOptions<TestData>> = {}): TestPage {
  const store = memoryStore()
  const deviceBound = testDeviceProtocol()
  const config = devConfig(randomBytes(32), { store, deviceBound, warn: () => undefined })
  const manager = createSessionManager<TestData>(config)
  const errors: unknown[] = []
  const handle = adminPage(manager, {
    authorize: () => 'Olga',
    onError: (error) => void errors.push(error),
    ...options,
  })
  const address = (query: string) => `${origin}/any/where${query}`
  return {
    manager,
    handle,
    errors,
    get: (query = '', headers = {}) => handle(new Request(address(query), { headers })),
    post: (query, body, headers = { 'sec-fetch-site': 'same-origin' }) =>
      handle(
        new Request(address(query), {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }),
      ),
    async logIn(userId, data = {}, client = { device: 'Firefox on Linux' }) {
      return (await logIn(manager, userId, { data, client })).id
    },
    async logInBound(userId) {
      const browser = await signInBrowser(manager)
      await browser.logIn(userId)
      await browser.register()
      await browser.binding()
    },
  }
}

/** Returns the lines of an NDJSON response. */
export async function linesOf(response: Response): Promise<Record<string, unknown>[]> {
  const text = await response.text()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}
