import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { expect, test } from 'vitest'
import type { Session } from '../../../src/session/session.ts'
import type { SessionBackend } from '../../../src/store/backend.ts'
import { minute } from '../../contexts.ts'
import { testBackend, testManager } from '../../support.ts'

type Operation = (session: Session<TestData>) => Promise<void>

const operations: Readonly<Record<string, Operation>> = {
  actAs: (session) => session.actAs('ada'),
  'rotate, actAs': (session) => {
    session.rotate()
    return session.actAs('ada')
  },
  'a change, actAs': (session) => {
    session.data['n'] = 1
    return session.actAs('ada')
  },
  'login, actAs': async (session) => {
    await session.login('sue')
    await session.actAs('ada')
  },
  addFactor: async (session) => {
    await session.stopActing()
    await session.addFactor({ method: 'passkey' })
  },
  stopActing: (session) => session.stopActing(),
  'stopActing, actAs': async (session) => {
    await session.stopActing()
    await session.actAs('ada')
  },
}

/** How the store fails: before it does anything, so many calls long; or once after it has done it, so that the reply is lost. */
const faults = [
  { calls: 1, isReplyLost: true },
  { calls: 1, isReplyLost: false },
  { calls: 2, isReplyLost: false }, // the guarded backend tries writes again
  { calls: Number.POSITIVE_INFINITY, isReplyLost: false },
] as const

/** Returns a manager over a store that fails from the call `from` on, counted from the moment at which it is set. */
function faulty({ calls, isReplyLost }: (typeof faults)[number]) {
  const over = testBackend()
  const trouble = { from: Number.POSITIVE_INFINITY, count: 0 }
  const backend = new Proxy(over.backend, {
    get(target, key) {
      const run = Reflect.get(target, key)
      if (typeof run !== 'function') return run
      return async (...args: unknown[]) => {
        const at = trouble.count++ - trouble.from
        const fails = at >= 0 && at < calls
        const result = fails && !isReplyLost ? undefined : await Reflect.apply(run, target, args)
        if (fails) throw Object.assign(new Error('ECONNRESET'), { code: 'ECONNRESET' })
        return result
      }
    },
  })
  return { ...testManager({ acting: true }, { ...over, backend }), trouble }
}

test.each(Object.entries(operations))(
  'at whichever step of %s the store fails, whoever acts is still logged in',
  async (_, operation) => {
    for (const fault of faults)
      for (const isActing of [false, true])
        for (let step = 0; step < 10; step++) {
          const { manager, clock, trouble } = faulty(fault)
          const sue = createVisitor(manager)
          await sue.request((session) => session.login('sue'))
          if (isActing) await sue.request((session) => session.actAs('bob'))
          clock.now += minute // a touch is due
          Object.assign(trouble, { from: step, count: 0 })
          // The response of an error is committed too, whichever it is.
          await sue
            .request((session) => operation(session).catch(() => undefined))
            .catch(() => undefined)
          trouble.from = Number.POSITIVE_INFINITY
          const { userId, actorId } = await sue.request((session) => session)
          expect(actorId ?? userId, JSON.stringify({ ...fault, isActing, step })).toBe('sue')
        }
  },
)

test('actAs from a session that is elevated in between sends no token over that of the elevation (P12)', async () => {
  const over = testBackend()
  let inBetween: (() => Promise<unknown>) | undefined
  const find: SessionBackend['find'] = async (id, call) => {
    const run = inBetween
    inBetween = undefined
    await run?.()
    return over.backend.find(id, call)
  }
  const { manager } = testManager({ acting: true }, { ...over, backend: { ...over.backend, find } })
  const own = createVisitor(manager)
  await own.request((session) => session.login('sue'))
  const click = own.copy()
  const { session, finish, setCookies } = await own.begin()
  session.rotate()
  inBetween = () => click.request((other) => other.login('sue'))
  await expect(session.actAs('ada')).rejects.toMatchObject({ code: 'ERR_SESSION_SUPERSEDED' })
  await finish()
  expect([setCookies, (await click.read())?.userId]).toEqual([[], 'sue'])
})
