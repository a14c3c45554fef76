/** A running demo for a test, on a port of its own. */
import type { AddressInfo } from 'node:net'
import { createSessionManager, devConfig, type StoreFactory } from '@sojourn/core'
import { memoryStore } from '@sojourn/store-memory'
import { createApp } from '../app.ts'
import { limits } from '../settings.ts'

export interface Demo {
  readonly url: string
  /** Lets so many ms pass for its sessions and pages: its clock stands still otherwise. */
  pass(ms: number): void
  close(): Promise<void>
}

/** Starts a demo with empty shelves of sessions. */
export async function startDemo(store: StoreFactory = memoryStore()): Promise<Demo> {
  let now = Date.UTC(2026, 10, 21, 5, 4, 12)
  const clock = () => now
  const secret = 'a secret that only this test run knows: 7Kq2mZ'
  const manager = createSessionManager(devConfig(secret, { ...limits, store, clock }))
  const server = createApp({ manager, clock }).listen(0)
  await new Promise((resolve) => server.once('listening', resolve))
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
