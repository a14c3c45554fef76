import { describe, expect, test, vi } from 'vitest'
import type { SessionBackend } from '../../src/store/backend.ts'
import {
  browser,
  hang,
  managerOver,
  mapBackend,
  overwrite,
  refuse,
  troubled,
  visit,
} from '../support.ts'

describe('a store in trouble while reading', () => {
  test.each([
    ['rejects', refuse, 'ERR_STORE_UNAVAILABLE'],
    [
      'throws at once',
      () => {
        throw new Error('not connected')
      },
      'ERR_STORE_UNAVAILABLE',
    ],
    ['hangs', hang, 'ERR_STORE_TIMEOUT'],
    ['answers undefined', async () => undefined, 'ERR_STORE_CONTRACT'],
    ['answers a string', async () => 'row', 'ERR_STORE_CONTRACT'],
    ['answers half a row', async () => ({ version: 'v' }), 'ERR_STORE_CONTRACT'],
  ])(
    '%s: that is an error with a code and a cause, never a new session',
    async (_title, act, code) => {
      const { manager, visitor, fault } = await troubled('find', act)
      const failed = vi.fn()
      manager.on('failed', failed)
      const before = visitor.jar.cookie
      await expect(visit(manager, visitor)).rejects.toMatchObject({ code, status: 503 })
      expect(failed).toHaveBeenCalledTimes(1)
      fault.isOn = false
      const { session } = await visit(manager, visitor)
      expect(session.userId).toBe('user-1')
      expect(visitor.jar.cookie).toBe(before)
    },
  )

  test('keeps the cause', async () => {
    const { manager, visitor } = await troubled('find', refuse)
    await expect(visit(manager, visitor)).rejects.toMatchObject({
      cause: expect.objectContaining({ message: 'ECONNREFUSED' }),
      headers: { 'Retry-After': '1' },
    })
  })

  test('aborts the signal at the deadline', async () => {
    const aborted = vi.fn()
    const { manager, visitor } = await troubled('find', (_id, call: { signal: AbortSignal }) => {
      call.signal.addEventListener('abort', aborted)
      return hang()
    })
    await expect(visit(manager, visitor)).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' })
    expect(aborted).toHaveBeenCalledTimes(1)
  })
})

describe('a reply that is lost after the write', () => {
  const loseFirstReply = (operation: keyof SessionBackend) => {
    const backend = mapBackend()
    const right = backend[operation] as (...args: unknown[]) => Promise<unknown>
    const lost = { armed: false, times: 0 }
    const losing = async (...args: unknown[]) => {
      const reply = await right(...args)
      if (!lost.armed) return reply
      lost.armed = false
      lost.times++
      throw new Error('ECONNRESET')
    }
    return { backend: { ...backend, [operation]: losing } as SessionBackend, lost }
  }

  test('of an update: sent again, applied once', async () => {
    const { backend, lost } = loseFirstReply('replace')
    const { manager } = managerOver(backend)
    const visitor = browser()
    await visit(manager, visitor, (session) => {
      session.data['n'] = 0
    })
    lost.armed = true
    await visit(manager, visitor, (session) =>
      session.update((data) => {
        data['n'] = Number(data['n']) + 1
      }),
    )
    expect(lost.times).toBe(1)
    await visit(manager, visitor, (session) => expect(session.data['n']).toBe(1))
  })

  test('of a creation: one session, its cookie good', async () => {
    const { backend, lost } = loseFirstReply('insert')
    const { manager } = managerOver(backend)
    const visitor = browser()
    lost.armed = true
    await visit(manager, visitor, (session) => session.login('user-1'))
    expect(await manager.sessions('user-1')).toHaveLength(1)
    await visit(manager, visitor, (session) => expect(session.userId).toBe('user-1'))
  })

  test('of a logout: ended, and the cookie is cleared', async () => {
    const { backend, lost } = loseFirstReply('remove')
    const { manager } = managerOver(backend)
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    lost.armed = true
    await visit(manager, visitor, (session) => session.destroy())
    expect(lost.times).toBe(1)
    expect(visitor.jar.cookie).toBeUndefined()
  })

  test('a lost reply with four other writers after it is an unknown outcome, never a second write', async () => {
    const backend = mapBackend()
    const lost = { isArmed: false }
    const visitor = browser()
    const add = (session: { update(fn: (data: Record<string, unknown>) => void): Promise<void> }) =>
      session.update((data) => {
        data['n'] = Number(data['n'] ?? 0) + 1
      })
    const plain = managerOver(backend)
    const replace: SessionBackend['replace'] = async (id, row, call) => {
      const outcome = await backend.replace(id, row, call)
      if (!lost.isArmed) return outcome
      lost.isArmed = false
      for (let n = 0; n < 4; n++) overwrite(backend.rows, id)
      throw new Error('ECONNRESET')
    }
    const { manager } = managerOver({ ...backend, replace })
    await visit(manager, visitor, (session) => session.login('user-1'))
    lost.isArmed = true
    await visit(manager, visitor, async (session) => {
      await expect(add(session)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    })
    await visit(manager, visitor, (session) => expect(session.data['n']).toBe(1))
    await plain.manager.close()
  })
})
