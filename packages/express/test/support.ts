import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BackendControl, controlledBackend } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionEvents,
  type SessionManager,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
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

export interface Scene {
  readonly makeApp?: MakeApp
  readonly options?: Partial<ConfigOptions>
  /** Mounted before the sessions. */
  readonly before?: (app: Express) => void
}

export interface Stage extends Served {
  readonly app: Express
  readonly manager: SessionManager
  readonly control: BackendControl
  readonly warnings: string[]
  readonly discarded: SessionEvents['discarded'][]
}

/** Serves an application with sessions whose store the test controls. */
export async function stage(mount: (app: Express) => void, scene: Scene = {}): Promise<Stage> {
  const { makeApp = express5, options = {}, before } = scene
  const control = controlledBackend()
  const warnings: string[] = []
  const store = keyedStore(control.backend)
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
