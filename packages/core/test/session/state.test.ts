import { createTestCarrier, deferred } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { SessionStoreError } from '../../src/errors.ts'
import type { Carrier } from '../../src/http/carrier.ts'
import {
  applySaved,
  canSend,
  checkInTime,
  checkWritable,
  enqueue,
  markEnded,
  SessionState,
  type StateSeed,
} from '../../src/session/state.ts'
import { encoded, freshRecord, sessionContext, t0 } from '../contexts.ts'

const { context } = sessionContext()
const { record } = freshRecord({ userId: 'ada' })
const opened = { record, touchedAt: t0, data: encoded({ n: 1 }) }
const stateOf = (seed: StateSeed = {}, carrier?: Carrier | 'none') =>
  new SessionState(context, carrier === 'none' ? undefined : (carrier ?? createTestCarrier()), seed)

describe('the state of a session', () => {
  test('begins with the data that was opened, or with none', () => {
    const kept = stateOf({ open: { opened } })
    expect([kept.isNew, kept.tracked.value(), kept.id]).toEqual([false, { n: 1 }, record.id])
    const fresh = stateOf()
    expect([fresh.isNew, fresh.tracked.value(), fresh.ended]).toEqual([true, {}, undefined])
    const over = stateOf({ ended: { why: 'logout', id: 'an.id' } })
    expect([over.isNew, over.tracked.value(), over.ended, over.id]).toEqual([
      true,
      {},
      'logout',
      'an.id',
    ])
  })

  test('throws where the data that was opened cannot be decoded', () => {
    expect(() => stateOf({ open: { opened: { ...opened, data: Buffer.from('{') } } })).toThrow()
    expect(() => stateOf({ open: { opened: { ...opened, data: encoded([1]) } } })).toThrow(
      /not an object/,
    )
  })

  test('shows a new session one id, each session another', () => {
    const [one, two] = [stateOf(), stateOf()]
    expect(one.id).toBe(one.id)
    expect(one.id).not.toBe(two.id)
  })

  test('adopts what was saved, keeps what was changed since, and sends a token only if there is one', () => {
    const state = stateOf({ ended: { why: 'gone', id: 'an.id' } })
    const data = state.tracked.value()
    data['mine'] = 1
    const sent = state.tracked.bytes()
    data['later'] = 2
    const saved = { ...opened, data: encoded({ mine: 1, theirs: 3 }) }
    applySaved(state, { opened: saved, token: 'a-token' }, sent)
    expect(state.tracked.value()).toEqual({ mine: 1, later: 2, theirs: 3 })
    expect([state.opened, state.ended, state.outgoing]).toEqual([
      saved,
      undefined,
      { token: 'a-token' },
    ])
    applySaved(state, { opened: saved }, saved.data)
    expect(state.outgoing).toEqual({ token: 'a-token' })
  })

  test('of an end is empty, keeps its id, and forgets what it was about to send', () => {
    const state = stateOf({ open: { opened } })
    state.tracked.value()['n'] = 2
    const given = { outgoing: { token: 'a-token' }, mustKeep: true }
    Object.assign(state, given)
    markEnded(context, state, 'revoked')
    expect([state.ended, state.opened, state.tracked.value()]).toEqual(['revoked', undefined, {}])
    expect([state.outgoing, state.mustKeep]).toEqual([undefined, false])
    expect(state.id).toBe(record.id)
  })
})

describe('what is asked of a session', () => {
  test('is done one after another, in the order asked, and leaves nothing pending', async () => {
    const state = stateOf()
    const gate = deferred()
    const done: number[] = []
    const first = enqueue(state, () => gate.promise.then(() => void done.push(1)))
    const second = enqueue(state, async () => void done.push(2))
    await new Promise(setImmediate)
    expect([done, state.pending === undefined]).toEqual([[], false])
    gate.resolve()
    await Promise.all([first, second])
    expect(done).toEqual([1, 2])
    await new Promise(setImmediate)
    expect(state.pending).toBeUndefined()
  })

  test('fails alone: what was asked behind it is done', async () => {
    const state = stateOf()
    const failing = enqueue(state, () => Promise.reject(new Error('down')))
    const next = enqueue(state, async () => undefined)
    await expect(failing).rejects.toThrow('down')
    await expect(next).resolves.toBeUndefined()
  })
})

describe('a session is refused', () => {
  test('a write where it is read-only, with the error of the store if that is why', () => {
    const storeError = new SessionStoreError('ERR_STORE_TIMEOUT', 'The store did not answer')
    expect(() => checkWritable(stateOf())).not.toThrow()
    expect(() => checkWritable(stateOf({}, 'none'))).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_READ_ONLY' }),
    )
    expect(() => checkWritable(stateOf({ storeError }))).toThrow(storeError)
  })

  test('what needs a cookie once the headers are sent', () => {
    expect(() => checkInTime(stateOf(), 'login')).not.toThrow()
    expect(() =>
      checkInTime(stateOf({}, Object.assign(createTestCarrier(), { sent: true })), 'login'),
    ).toThrow(
      expect.objectContaining({
        code: 'ERR_SESSION_LATE',
        message: expect.stringMatching(/^login\(\)/),
      }),
    )
  })

  test('a Secure cookie over plain HTTP', () => {
    const { context: secure } = sessionContext({ secure: true })
    const [https, http] = [createTestCarrier(), createTestCarrier({ secure: false })]
    const canSendBy = [secure, context].map((by) => [canSend(by, https), canSend(by, http)])
    expect(canSendBy).toEqual([
      [true, false],
      [true, true],
    ])
  })
})
