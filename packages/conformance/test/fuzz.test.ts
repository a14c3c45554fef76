import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import {
  FuzzFailure,
  type FuzzHistory,
  fuzzBackend,
  replayHistory,
} from '@sojourn/conformance/fuzz'
import type { Row, SessionBackend } from '@sojourn/core/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test('the fuzz finds nothing in the reference, and says how much it did', async () => {
  const report = await fuzzBackend(fc, {
    open: () => referenceBackend(),
    operations: 1_200,
    seed: 7,
  })
  expect(report).toMatchObject({ operations: 1_200, runs: 10, seed: 7 })
  expect(report.choices).toBeGreaterThan(20)
})

test('the fuzz finds a backend that replaces whatever version stands there, and shrinks the history', async () => {
  const open = () => referenceBackend({ rules: { mayReplace: () => true } })
  const finding = fuzzBackend(fc, { open, seed: 7 })
  await expect(finding).rejects.toThrow(/Counterexample/)
  await expect(finding).rejects.toThrow(/Shrunk [1-9]\d* time/)
})

test('the history that was found is in the message as JSON, and replays', async () => {
  const open = () => referenceBackend({ rules: { mayTouch: () => true } })
  const failure = await fuzzBackend(fc, { open, seed: 7 }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(FuzzFailure)
  const { message, history } = failure as FuzzFailure
  const text = message.split('\n').at(-1) ?? ''
  const read: FuzzHistory = JSON.parse(text)
  expect(read).toEqual(history)
  expect(read.every(({ pause }) => Number.isInteger(pause))).toBe(true)
  await expect(replayHistory(read, { open })).rejects.toThrow(/'touched'[\s\S]*'conflict'/)
  await expect(replayHistory(read, { open: () => referenceBackend() })).resolves.toMatchObject({
    operations: read.length,
  })
})

test.each([
  ['evicts the one that would expire last', (a: Row, b: Row) => b.expiresAt - a.expiresAt],
  ['evicts by the latest touch', (a: Row, b: Row) => a.touchedAt - b.touchedAt],
])('the fuzz finds a backend that %s', async (_, order) => {
  const open = () => {
    const reference = referenceBackend()
    const backend: SessionBackend = {
      ...reference,
      async insert(id, row, { limit, ...call }) {
        const rows = limit ? await reference.list(id.split('.', 1).join(), call) : []
        const [first] = [...rows].sort(order)
        const isFull = limit?.onExceed === 'evict' && rows.length === limit.max
        if (!first || !isFull || (await reference.find(id, call)))
          return reference.insert(id, row, limit ? { ...call, limit } : call)
        await reference.remove(first.id, { ...call, reason: 'evicted' })
        await reference.insert(id, row, call)
        return { inserted: true, evicted: [first.id] }
      },
    }
    return backend
  }
  await expect(fuzzBackend(fc, { open })).rejects.toThrow(FuzzFailure)
})

/** Returns the reference, of which some operations take a row for live at the moment when it expires. */
function livingOn(...operations: readonly (keyof SessionBackend)[]): SessionBackend {
  const entries: Entries = new Map()
  const late = referenceBackend({ entries, rules: { isLive: (row, at) => at <= row.expiresAt } })
  const changed = operations.map((operation) => [operation, late[operation]])
  return { ...referenceBackend({ entries }), ...Object.fromEntries(changed) }
}

test.each(['find', 'insert', 'replace', 'touch', 'list'] as const)(
  'the fuzz finds a backend whose %s takes a row for live when it expires',
  async (operation) => {
    await expect(fuzzBackend(fc, { open: () => livingOn(operation) })).rejects.toThrow(FuzzFailure)
  },
)
