/** A running demo for a test, on a port of its own. */
import type { AddressInfo } from 'node:net'
import { createSessionManager, devConfig, type StoreFactory } from '@sojourn/core'
import { memoryStore } from '@sojourn/store-memory'
import { createApp } from '../app.ts'

export interface Demo {
  readonly url: string
  close(): Promise<void>
}

/** Starts a demo with empty shelves of sessions. */
export async function startDemo(store: StoreFactory = memoryStore()): Promise<Demo> {
  const secret = 'a secret that only this test run knows: 7Kq2mZ'
  const manager = createSessionManager(devConfig(secret, { store, maxAge: '30m' }))
  const server = createApp({ manager }).listen(0)
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await manager.close()
    },
  }
}
