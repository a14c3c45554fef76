import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { referenceBackend } from '@sojourn/conformance/backend'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionEvents,
  type SessionManager,
} from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { sessions } from '@sojourn/express'
import express5, { type Express, type RequestHandler } from 'express'
import express4 from 'express4'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'

declare module '@sojourn/core' {
  interface SessionData {
    n?: number
    name?: string
    keys?: Record<string, number>
    bad?: unknown
  }
}

export type MakeApp = typeof express5

/** Both ends of the range that we promise. */
export const frameworks: readonly (readonly [string, MakeApp])[] = [
  ['Express 5', express5],
  ['Express 4', express4 as unknown as MakeApp],
]

export const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'

/** Stands still, so that a cookie's Max-Age does not depend on how long a request takes. */
export const clock = () => Date.UTC(2030, 0, 1)

/** A promise that the test resolves itself. */
export function gate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** A backend that does what the test wants before each operation, and writes down what it was asked. */
export function controlledBackend() {
  const asked = new Map<string, ReturnType<typeof gate>>()
  const askedFor = (operation: string) => {
    const seen = asked.get(operation) ?? gate()
    asked.set(operation, seen)
    return seen
  }
  const control = {
    calls: [] as string[],
    before: (_operation: string): Promise<void> | undefined => undefined,
    /** Resolves when an operation was asked for. */
    asked: (operation: string) => askedFor(operation).opened,
    writes: () => control.calls.filter((call) => call !== 'find').length,
    /** Lets no write through until the returned function is called. */
    hold() {
      const { opened, open } = gate()
      control.before = (operation) => (operation === 'find' ? undefined : opened)
      return open
    },
    failWrites(error: Error = new Error('no such host')) {
      control.before = (operation) => (operation === 'find' ? undefined : Promise.reject(error))
    },
  }
  const reference = referenceBackend()
  const backend = new Proxy(reference, {
    get(target, key: keyof SessionBackend) {
      const member = target[key]
      if (typeof member !== 'function') return member
      return async (...args: never[]) => {
        control.calls.push(key)
        askedFor(key).open()
        await control.before(key)
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
  return { backend, control }
}

export interface Scene {
  readonly makeApp?: MakeApp
  readonly options?: Partial<ConfigOptions>
  /** Mounted before the sessions. */
  readonly before?: (app: Express) => void
}

export interface Stage extends Served {
  readonly app: Express
  readonly manager: SessionManager
  readonly control: ReturnType<typeof controlledBackend>['control']
  readonly warnings: string[]
  readonly discarded: SessionEvents['discarded'][]
}

/** A server with sessions, whose store the test holds in its hand. */
export async function stage(mount: (app: Express) => void, scene: Scene = {}): Promise<Stage> {
  const { makeApp = express5, options = {}, before } = scene
  const { backend, control } = controlledBackend()
  const warnings: string[] = []
  const store = keyedStore(backend)
  const warn = (message: string) => void warnings.push(message)
  const manager = createSessionManager(devConfig(secret, { store, warn, clock, ...options }))
  const discarded: SessionEvents['discarded'][] = []
  manager.on('discarded', (event) => discarded.push(event))
  const app = makeApp()
  app.set('env', 'test')
  app.get('/ping', (_req, res) => void res.end('pong'))
  before?.(app)
  app.use(sessions(manager))
  mount(app)
  return { ...(await serve(app)), app, manager, control, warnings, discarded }
}

export interface Served {
  readonly server: http.Server
  readonly port: number
  readonly url: string
  /** A request that passes the sessions by: what was to be sent meanwhile has been sent. */
  readonly turn: () => Promise<Answer>
}

export async function serve(app: http.RequestListener): Promise<Served> {
  const server = http.createServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return { server, port, url, turn: () => ask(`${url}/ping`).answer }
}

export interface Answer {
  readonly status: number
  readonly message: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
  readonly cookie: string | undefined
}

interface Question {
  readonly method?: string
  readonly headers?: http.OutgoingHttpHeaders
  readonly cookie?: string | undefined
  readonly body?: string
  readonly agent?: http.Agent
}

/** One request; `bytes` says how much of an answer has come in. */
export function ask(url: string, question: Question = {}) {
  const { method = 'GET', headers = {}, cookie, body, agent } = question
  const request = http.request(url, {
    method,
    agent: agent ?? false,
    headers: { ...headers, ...(cookie === undefined ? {} : { cookie }) },
  })
  request.end(body)
  const answer = answerOf(request)
  answer.catch(() => undefined)
  return { request, answer, bytes: () => request.socket?.bytesRead ?? 0 }
}

async function answerOf(request: http.ClientRequest): Promise<Answer> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  return {
    status: response.statusCode ?? 0,
    message: response.statusMessage ?? '',
    headers: response.headers,
    body,
    text: body.toString(),
    cookie: response.headers['set-cookie']?.[0]?.split(';')[0],
  }
}

/** A route's handler that first changes the session, so that its response must wait. */
export function changing(handler: RequestHandler): RequestHandler {
  return (req, res, next) => {
    req.session.data.n = (req.session.data.n ?? 0) + 1
    return handler(req, res, next)
  }
}

/** Nothing may escape in the whole run of a file. */
export function watchFaults(): void {
  const faults: unknown[] = []
  const note = (fault: unknown) => void faults.push(fault)
  beforeAll(() => {
    process.on('unhandledRejection', note)
    process.on('uncaughtException', note)
  })
  afterAll(() => {
    process.off('unhandledRejection', note)
    process.off('uncaughtException', note)
    expect(faults).toEqual([])
  })
}
