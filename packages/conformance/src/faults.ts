import type { SessionBackend } from '@sojourn/core'
import { onEach, type StoreBench, type Wrap } from './store-bench.ts'
import { assign, type Visitor } from './visitor.ts'

/** An operation that may fail. */
export type Operation = Extract<
  keyof SessionBackend,
  'find' | 'insert' | 'replace' | 'remove' | 'touch'
>

/** A reply that is lost after the write, once. */
export interface Lost {
  isArmed: boolean
  count: number
  /** What happens between the write and its repetition. */
  meanwhile?: () => Promise<void>
}

/** A signed-in browser, `{ n: 1 }` in its session. */
export async function signedIn(bench: StoreBench, wrap: Wrap): Promise<Visitor> {
  const ann = bench.visitor(bench.connect({ wrap }))
  await ann.visit(async (session) => {
    await session.login('user-1')
    await session.update(assign({ n: 1 }))
  })
  return ann
}

/** Makes one operation fail while it is switched off. */
export function failing(broken: Operation, switched: { isDown: boolean }): Wrap {
  return (backend) =>
    onEach(backend, (operation, run) =>
      operation === broken && switched.isDown ? Promise.reject(new Error('ECONNREFUSED')) : run(),
    )
}

/** Makes one operation lose a reply. */
export function lossy(broken: Operation, lost: Lost): Wrap {
  return (backend) =>
    onEach(backend, async (operation, run) => {
      const result = await run()
      if (operation !== broken || !lost.isArmed) return result
      lost.isArmed = false
      lost.count++
      await lost.meanwhile?.()
      throw new Error('ECONNRESET')
    })
}
