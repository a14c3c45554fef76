/** Starts a demo for each test, on a port of its own and with a clock that the test moves. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSessionManager, devConfig, type StoreFactory } from '@sojourn/core'
import { memoryStore } from '@sojourn/store-memory'
import { afterEach, beforeEach } from 'vitest'
import type { Setting } from '../src/setting.ts'
import { limits } from '../src/settings.ts'
import type { Place } from './visitor.ts'

/** Creates the application under test, and returns what `node:http` calls for each request. */
export type MakeListener = (
  setting: Required<Setting>,
) => RequestListener | Promise<RequestListener>

interface Demo extends Place {
  close(): Promise<void>
}

/** Starts a new demo before each test of a file. */
export function useDemo(makeListener: MakeListener, makeStore = memoryStore): Place {
  let demo: Demo
  beforeEach(async () => {
    demo = await startDemo(makeListener, makeStore())
  })
  afterEach(() => demo.close())
  return {
    get url() {
      return demo.url
    },
    pass: (ms) => demo.pass(ms),
  }
}

async function startDemo(makeListener: MakeListener, store: StoreFactory): Promise<Demo> {
  let now = Date.UTC(2026, 10, 21, 5, 4, 12)
  const clock = () => now
  const secret = 'a secret that only this test run knows: 7Kq2mZ'
  const manager = createSessionManager(devConfig(secret, { ...limits, store, clock }))
  const server = createServer(await makeListener({ manager, clock })).listen(0)
  await once(server, 'listening')
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    pass(ms) {
      now += ms
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await manager.close()
    },
  }
}
