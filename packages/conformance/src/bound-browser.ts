import type { RouteResponse, SessionManager } from '@sojourn/core'
import { createTestCarrier } from '@sojourn/core/testing'
import { createJar } from './jar.ts'
import { TestDevice } from './test-device.ts'
import { createVisitor, type TestData, type Visitor } from './visitor.ts'

/** A browser that binds its sessions, in which `user-1` has logged in. */
export interface BoundBrowser {
  readonly manager: SessionManager<TestData>
  readonly visitor: Visitor
  readonly device: TestDevice
  /** The challenge of the last offer. */
  readonly offered: string
  /** Logs in, and takes the offer of the response. */
  logIn(userId?: string): Promise<void>
  /** Registers the key, by default for the last offer. */
  register(challenge?: string): Promise<Answer>
  /** Proves the key, by default by the last challenge; with `''` it asks for one. Other cookies are not taken over. */
  refresh(options?: RefreshOptions): Promise<Answer>
  /** Returns the value of `session.binding` in a new request, or why the session does not open. */
  binding(visitor?: Visitor): Promise<string | undefined>
}

/** How a browser proves its key. */
export interface RefreshOptions {
  readonly challenge?: string
  readonly cookie?: string | undefined
  readonly at?: SessionManager<TestData>
  readonly headers?: Readonly<Record<string, string>>
}

/** The response to a request of a browser itself. */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly setCookies: readonly string[]
}

/** Makes a request of a browser itself. */
async function postToRoute(
  manager: SessionManager<TestData>,
  path: string,
  { cookie, headers }: { cookie: string | undefined; headers: Readonly<Record<string, string>> },
): Promise<Answer> {
  const carrier = createTestCarrier({
    cookie,
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
  })
  const response = await manager.route?.({ method: 'POST', path }, carrier)
  if (!response) throw new TypeError(`${path} is no route of the manager`)
  const { status, body = '' } = response
  return { status, body, setCookies: setCookiesOf(response) }
}

function setCookiesOf({ headers }: RouteResponse): readonly string[] {
  return headers.filter(([name]) => name === 'Set-Cookie').map(([, line]) => line)
}

/**
 * Returns a browser whose sessions a manager binds by the protocol of `testDeviceProtocol`. `user-1` has logged in, and no key is
 * registered yet.
 */
export async function signInBrowser(manager: SessionManager<TestData>): Promise<BoundBrowser> {
  const visitor = createVisitor(manager)
  const device = new TestDevice()
  let offered = ''
  const take = (answer: Answer) => {
    const jar = createJar(visitor.cookie)
    jar.take(answer.setCookies)
    visitor.cookie = jar.header
    if (answer.status === 200 || answer.status === 403) device.learn(answer.body)
    return answer
  }
  const browser: BoundBrowser = {
    manager,
    visitor,
    device,
    get offered() {
      return offered
    },
    async logIn(userId = 'user-1') {
      const { session, carrier, finish } = await visitor.begin()
      await session.login(userId)
      await finish()
      offered = carrier.responseHeaders.get('test-registration') ?? ''
    },
    async register(challenge = offered) {
      const headers = await device.registration(challenge)
      return take(await postToRoute(manager, '/device', { cookie: visitor.cookie, headers }))
    },
    async refresh({ challenge, cookie, at = manager, headers = {} } = {}) {
      const own = { ...(await device.refresh(challenge)), ...headers }
      const answer = await postToRoute(at, '/device/next', {
        cookie: cookie ?? visitor.cookie,
        headers: own,
      })
      return cookie === undefined ? take(answer) : answer
    },
    binding: (who = visitor) => who.request((session) => session.ended ?? session.binding),
  }
  await browser.logIn()
  return browser
}
