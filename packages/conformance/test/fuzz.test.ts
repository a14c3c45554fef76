import { referenceBackend } from '@sojourn/conformance/backend'
import { fuzzBackend } from '@sojourn/conformance/fuzz'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test('the fuzz finds nothing in the reference, and says how much it did', async () => {
  const report = await fuzzBackend(fc, {
    open: () => referenceBackend(),
    operations: 1_200,
    seed: 7,
  })
  expect(report).toMatchObject({ operations: 1_200, runs: 20, seed: 7 })
})

test('the fuzz finds a backend that replaces whatever version stands there, and shrinks the history', async () => {
  const open = () => referenceBackend({ rules: { mayReplace: () => true } })
  const finding = fuzzBackend(fc, { open, seed: 7 })
  await expect(finding).rejects.toThrow(/Counterexample/)
  await expect(finding).rejects.toThrow(/Shrunk [1-9]\d* time/)
})
