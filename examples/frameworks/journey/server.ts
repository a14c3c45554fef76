/** The built application of a framework as a process, with a clock that the test moves. */
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { freePort } from '../../../tools/redis-lab/src/free-port.ts'
import { type AppProcess, startApp } from './app-process.ts'
import { type Deliveries, serveDeliveries } from './deliveries.ts'
import { type Front, serveFront } from './front.ts'
import { createStoreSwitch, type StoreSwitch } from './store-switch.ts'

/** An application, and how its servers are started from its folder. */
export interface Framework {
  readonly name: string
  /** Returns the arguments of Node that start the build. */
  start(port: number): readonly string[]
  /** Returns the arguments of Node that start the development server. */
  dev(port: number): readonly string[]
  /** The file that creates the session manager. */
  readonly sessionFile: string
  /** The addresses that are guarded, each in another place if the framework has several. */
  readonly guarded: readonly string[]
}

/** Where an application runs. */
export interface Place {
  readonly framework: Framework
  /** The URL of the proxy in front of it, which ends TLS. */
  readonly url: string
  /** The URL of the application itself. */
  readonly plainUrl: string
  readonly deliveries: Deliveries
  readonly store: StoreSwitch
  /** Moves the server's clock. */
  pass(ms: number): Promise<void>
}

export const root = join(import.meta.dirname, '..')
export const secret = 'a secret that only this test run knows: 7Kq2mZ'
const clock = join(import.meta.dirname, 'clock.mjs')

/** Starts an application for the tests of a group. */
export function useServer(framework: Framework): Place {
  let deliveries: Deliveries
  let store: StoreSwitch
  let server: AppProcess
  let front: Front
  let plainUrl: string

  beforeAll(async () => {
    deliveries = await serveDeliveries()
    store = await createStoreSwitch()
    const port = await freePort()
    plainUrl = `http://127.0.0.1:${port}`
    front = await serveFront(port)
    server = await startApp(plainUrl, {
      cwd: join(root, framework.name),
      args: ['--import', clock, ...framework.start(port)],
      env: {
        NODE_ENV: 'production',
        SESSION_SECRET: secret,
        DELIVERIES_URL: deliveries.url,
        STORE_DOWN: store.file,
        HOST: '127.0.0.1',
        PORT: `${port}`,
        PROTOCOL_HEADER: 'x-forwarded-proto', // for SvelteKit
      },
    })
  })
  afterAll(async () => {
    front.close()
    deliveries.close()
    await store.close()
    await server.stop()
  })

  return {
    framework,
    get url() {
      return front.url
    },
    get plainUrl() {
      return plainUrl
    },
    get deliveries() {
      return deliveries
    },
    get store() {
      return store
    },
    async pass(ms) {
      const passed = once(server.child, 'message')
      server.child.send(ms)
      await passed
    },
  }
}
