import { createVisitor } from '@sojourn/conformance/testing'
import type { SessionOptions } from '../src/options/options.ts'
import { testManager } from './support.ts'

/** Returns a member of staff, logged in (`own`) and then acting as ada (`sue`). */
export async function acting(options: Partial<SessionOptions> = {}) {
  const made = testManager({ acting: true, ...options })
  const own = createVisitor(made.manager)
  const ownId = await own.request(async (session) => {
    await session.login('sue', { factors: [{ method: 'passkey' }] })
    return session.id
  })
  const sue = own.copy()
  const { id, info } = await sue.request(async (session) => {
    await session.actAs('ada', { client: { name: 'Support' } })
    return session
  })
  const cookie = () => ({ cookie: sue.cookie ?? '' })
  made.takeCalls()
  return { ...made, own, ownId, sue, id, info, cookie }
}
