import { createSessionManager, devConfig, type Session, type StoreFactory } from '@sojourn/core'
import { memoryStore } from '@sojourn/store-memory'

declare module '@sojourn/core' {
  interface SessionData {
    notes?: number
  }
}

/** What each page of the application shows. */
export interface Page {
  readonly user: string | null
  readonly notes: number
}

export const secret = 'kq3Vf8zr2LmXw7Tn5Jc9Hs1Yd4Bg6Ep0Qa'

/** Returns a manager for the application. @param store A store in memory by default. */
export function createManager(store: StoreFactory = memoryStore()) {
  return createSessionManager(devConfig(secret, { store }))
}

/** Does what the path of a request asks of its session, and returns what the page shows. */
export async function pageOf(session: Session, path: string): Promise<Page> {
  if (path === '/log-in') await session.login('ada')
  if (path === '/write') session.data.notes = (session.data.notes ?? 0) + 1
  if (path === '/log-out') await session.destroy()
  if (session.ended) return { user: null, notes: 0 }
  return { user: session.userId ?? null, notes: session.data.notes ?? 0 }
}
