import type { SessionBackend } from '@sojourn/core/store'
import { onEach, type StoreFixture, type Wrap } from './store-fixture.ts'
import { assign, type Visitor } from './visitor.ts'

/** An operation that may fail. */
export type Operation = Extract<
  keyof SessionBackend,
  'find' | 'insert' | 'replace' | 'remove' | 'touch'
>

/** All that write. */
export const writes: readonly Operation[] = ['insert', 'replace', 'remove', 'touch']

/** A reply that is lost after the write, once. */
export interface Lost {
  isArmed: boolean
  count: number
  /** What happens between the write and its repetition. */
  meanwhile?: () => Promise<void>
}

/** A signed-in browser, `{ n: 1 }` in its session. */
export async function signedIn(fixture: StoreFixture, wrap: Wrap): Promise<Visitor> {
  const ann = fixture.visitor(fixture.connect({ wrap }))
  await ann.visit(async (session) => {
    await session.login('user-1')
    await session.update(assign({ n: 1 }))
  })
  return ann
}

/** Makes operations fail while they are switched off. */
export function failing(broken: readonly Operation[], switched: { isDown: boolean }): Wrap {
  return (backend) =>
    onEach(backend, (operation, run) =>
      isOneOf(broken, operation) && switched.isDown
        ? Promise.reject(new Error('ECONNREFUSED'))
        : run(),
    )
}

/** Makes the first of some operations lose its reply. */
export function lossy(broken: readonly Operation[], lost: Lost): Wrap {
  return (backend) =>
    onEach(backend, async (operation, run) => {
      const result = await run()
      if (!isOneOf(broken, operation) || !lost.isArmed) return result
      lost.isArmed = false
      lost.count++
      await lost.meanwhile?.()
      throw new Error('ECONNRESET')
    })
}

function isOneOf(operations: readonly string[], operation: string): boolean {
  return operations.includes(operation)
}
