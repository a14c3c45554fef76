/** A framework's production server as a process, on a clock that goes on further when it is told to. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll } from 'vitest'
import { freePort } from '../../../tools/redis-lab/src/free-port.ts'
import { type Deliveries, serveDeliveries } from './deliveries.ts'
import { type Front, serveFront } from './front.ts'

/** An application, and the server that it runs on. */
export interface Framework {
  readonly name: string
  /** What Node is to run, from the application's folder. */
  words(port: number): readonly string[]
}

/** Where an application runs. */
export interface Place {
  /** Of the proxy in front of it, which ends TLS. */
  readonly url: string
  /** Of its own port, to which no proxy says anything. */
  readonly plainUrl: string
  readonly deliveries: Deliveries
  /** Lets time pass on the server. */
  pass(ms: number): Promise<void>
}

const root = join(import.meta.dirname, '..')
const clock = join(import.meta.dirname, 'clock.mjs')

/** Starts an application for the tests of a group. */
export function useServer(framework: Framework): Place {
  let deliveries: Deliveries
  let server: ChildProcess
  let front: Front
  let plainUrl: string

  beforeAll(async () => {
    deliveries = await serveDeliveries()
    const port = await freePort()
    plainUrl = `http://127.0.0.1:${port}`
    front = await serveFront(port)
    server = start(framework, port, deliveries.url)
    const output = outputOf(server)
    await answering(plainUrl, server).catch((error) => {
      throw new Error(`${error.message}\n${output()}`)
    })
  })
  afterAll(async () => {
    const ended = once(server, 'close')
    server.kill('SIGKILL') // or it would wait for connections that are kept alive
    front.close()
    deliveries.close()
    await ended
  })

  return {
    get url() {
      return front.url
    },
    get plainUrl() {
      return plainUrl
    },
    get deliveries() {
      return deliveries
    },
    async pass(ms) {
      const passed = once(server, 'message')
      server.send(ms)
      await passed
    },
  }
}

function start({ name, words }: Framework, port: number, deliveriesUrl: string): ChildProcess {
  const server = spawn(process.execPath, ['--import', clock, ...words(port)], {
    cwd: join(root, name),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      SESSION_SECRET: 'a secret that only this test run knows: 7Kq2mZ',
      DELIVERIES_URL: deliveriesUrl,
      HOST: '127.0.0.1',
      PORT: `${port}`,
      PROTOCOL_HEADER: 'x-forwarded-proto', // SvelteKit's
    },
  })
  return server
}

/** What it has printed so far. */
function outputOf({ stdout, stderr }: ChildProcess): () => string {
  let output = ''
  for (const stream of [stdout, stderr])
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  return () => output
}

/** Resolves when it answers; rejects when it ends instead. */
async function answering(url: string, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const reply = await fetch(url).catch(() => undefined)
    if (reply) return reply.body?.cancel()
    await wait(50)
  }
  throw new Error(`The server ended with ${server.exitCode} before it answered.`)
}
