import { runSuite } from '@sojourn/conformance'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import { fuzzBackend } from '@sojourn/conformance/fuzz'
import fc from 'fast-check'
import { check } from './round-trip.ts'

/** The reference passes the suite of backends, and random histories. */
export async function prove(): Promise<void> {
  const suite = await backendSuite({
    name: 'the reference',
    open: ({ step }) => referenceBackend({ step }),
    realTimeMs: false,
  })
  const results = await runSuite(suite)
  const failed = results.filter(({ outcome }) => outcome !== 'passed').map(({ id }) => id)
  check('Failed cases', '', failed.join())
  await fuzzBackend(fc, { open: () => referenceBackend(), operations: 2_000 })
}
