import { randomBytes } from 'node:crypto'
import { createJar, type Jar } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  defaultConfig,
  type RouteResponse,
  type Session,
  type SessionManager,
  type StoreFactory,
} from '@sojourn/core'
import { createTestCarrier } from '@sojourn/core/testing'
import { parseItem, parseList } from 'structured-headers'
import { type DeviceBoundOptions, deviceBound } from '../src/index.ts'
import { type Device, ecDevice } from './device.ts'

export const minute = 60_000
export const cookieName = '__Host-sid'
export const boundName = '__Host-sid.bound'

/** A manager whose clock the test moves, and what it reports. */
export interface World {
  readonly manager: SessionManager
  /** The reasons of `bindingRefused`, and the names of the events `bound` and `refreshed`, in their order. */
  readonly reports: string[]
  /** Moves the clock. */
  pass(ms: number): void
}

export interface WorldOptions {
  readonly store: StoreFactory
  /** False for a manager without the option. */
  readonly device?: DeviceBoundOptions | false
  readonly config?: Partial<ConfigOptions>
}

export function createWorld({ store, device = {}, config = {} }: WorldOptions): World {
  let now = Date.now()
  const manager = createSessionManager(
    defaultConfig(randomBytes(32), {
      store,
      clock: () => now,
      ...(device && { deviceBound: deviceBound(device) }),
      ...config,
    }),
  )
  const reports: string[] = []
  manager.on('bound', () => reports.push('bound'))
  manager.on('refreshed', () => reports.push('refreshed'))
  manager.on('bindingRefused', ({ reason }) => reports.push(reason))
  return {
    manager,
    reports,
    pass(ms) {
      now += ms
    },
  }
}

/** What a route responds. */
export interface Reply extends Pick<RouteResponse, 'status'> {
  readonly body: unknown
  /** The challenge that it gives, and the device binding that it is for. */
  readonly challenge: string | undefined
  readonly challengeId: unknown
  readonly setCookies: readonly string[]
  header(name: string): string | undefined
}

/** What the application saw of a session. */
interface Seen {
  readonly userId: string | undefined
  readonly binding: string
  readonly ended: string | undefined
}

/** A browser that takes part in the protocol, one step at a time, so that a test can leave one out or do it wrong. */
export interface SimulatedBrowser {
  readonly jar: Jar
  readonly device: Device
  /** The challenge of the last offer. */
  offer: string | undefined
  /** The device binding that it has registered. */
  id: string
  /** The challenge for its next proof. */
  challenge: string
  /** Makes a request of the application. */
  visit(handle?: (session: Session) => unknown, headers?: Headers): Promise<Seen>
  /** Sends a request to a route, with the cookies of the jar. */
  post(path: string, headers?: Headers): Promise<Reply>
  /** Registers its key, or sends another `proof`. */
  register(proof?: string): Promise<Reply>
  /** Proves its key, or sends another `proof`. */
  refresh(proof?: string): Promise<Reply>
  /** Logs in and registers its key; with `confirm` makes a request with the bound cookie too. */
  bind(userId?: string): Promise<void>
  /** A thief: another browser with a copy of the cookies and what it knows of the protocol, and a key of its own. */
  copy(): SimulatedBrowser
}

type Headers = Readonly<Record<string, string>>

export const registerPath = '/session/device'
export const refreshPath = '/session/device/refresh'
const sameOrigin = {
  origin: 'https://localhost',
  host: 'localhost',
  'sec-fetch-site': 'same-origin',
}

export function createBrowser(
  manager: SessionManager,
  jar = createJar(),
  device = ecDevice(),
): SimulatedBrowser {
  const browser: SimulatedBrowser = {
    jar,
    device,
    offer: undefined,
    id: '',
    challenge: '',
    async visit(handle, headers = {}) {
      const carrier = createTestCarrier({ cookie: jar.header, headers })
      const session = await manager.load(carrier)
      try {
        await handle?.(session)
      } finally {
        await manager.commit(session, carrier)
        jar.take(carrier.setCookies)
      }
      browser.offer = challengeOfOffer(carrier.responseHeaders.get('secure-session-registration'))
      return { userId: session.userId, binding: session.binding, ended: session.ended }
    },
    async post(path, headers = {}) {
      const carrier = createTestCarrier({
        cookie: jar.header,
        headers: { ...sameOrigin, ...headers },
      })
      const response = await manager.route?.({ method: 'POST', path }, carrier)
      if (!response) throw new Error(`${path} is no route`)
      const reply = readReply(response)
      jar.take(reply.setCookies)
      return reply
    },
    async register(proof = device.register(browser.offer ?? '')) {
      const reply = await browser.post(registerPath, { 'secure-session-response': proof })
      return learn(reply)
    },
    async refresh(proof = device.prove(browser.challenge)) {
      return learn(
        await browser.post(refreshPath, {
          'sec-secure-session-id': browser.id,
          'secure-session-response': proof,
        }),
      )
    },
    async bind(userId = 'ada') {
      await browser.visit((session) => session.login(userId))
      const { status } = await browser.register()
      if (status !== 200) throw new Error(`The registration got ${status}`)
      await browser.visit()
    },
    copy() {
      const { id, challenge, offer } = browser
      return Object.assign(createBrowser(manager, createJar(jar.header)), { id, challenge, offer })
    },
  }
  const learn = (reply: Reply) => {
    const id = Object(reply.body)['session_identifier']
    if (reply.status === 200 && typeof id === 'string') browser.id = id
    if (reply.challenge !== undefined) browser.challenge = reply.challenge
    return reply
  }
  return browser
}

/** Reads a response with the parser of structured fields, as a browser does. */
function readReply({ status, headers, body }: RouteResponse): Reply {
  const header = (name: string) =>
    headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1]
  const field = header('secure-session-challenge')
  const [challenge, parameters] = field === undefined ? [] : parseItem(field)
  return {
    status,
    header,
    body: body === undefined ? undefined : JSON.parse(body),
    challenge: challenge === undefined ? undefined : String(challenge),
    challengeId: parameters?.get('id'),
    setCookies: headers.flatMap(([name, value]) => (name === 'Set-Cookie' ? [value] : [])),
  }
}

function challengeOfOffer(field: string | undefined): string | undefined {
  if (field === undefined) return undefined
  const [[algorithms, parameters] = []] = parseList(field)
  if (!Array.isArray(algorithms)) throw new Error(`${field} is no offer`)
  return String(parameters?.get('challenge'))
}
