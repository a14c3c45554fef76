import { runSuite } from '@sojourn/conformance'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import { expect, test } from 'vitest'
import { failedIds, onlyCases } from './suite-runs.ts'

const execArgv = ['--import=tsx', '--conditions=@sojourn/source']

/** Runs the cases with several processes, over a backend of `programs`. */
async function outcomes(program: string) {
  const module = new URL(`./programs/${program}.ts`, import.meta.url)
  const suite = await backendSuite({
    open: () => referenceBackend(),
    realTimeMs: false,
    processes: { module, execArgv },
  })
  return runSuite(onlyCases(suite, ['B2.39', 'B8.10']))
}

test('processes that wait for each other pass', async () => {
  const results = await outcomes('waiting')
  expect(results.flatMap((result) => (result.outcome === 'failed' ? [result.error] : []))).toEqual(
    [],
  )
  expect(results).toHaveLength(2)
})

test('a backend that turns writers away fails', async () => {
  expect(failedIds(await outcomes('turning-away'))).toEqual(['B2.39'])
})

test('a timer that runs on after close fails, and the process that it keeps alive is ended', async () => {
  const [, result] = await outcomes('ticking')
  expect(result).toMatchObject({ id: 'B8.10', outcome: 'failed' })
  const { happened = '' } = Object(result?.outcome === 'failed' && result.error)
  expect(happened).toContain('ticking.ts')
})
