import { runSuite } from '@sojourn/conformance'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import { expect, test } from 'vitest'
import { failedIds, onlyCases } from './suite-runs.ts'

const execArgv = ['--import=tsx', '--conditions=@sojourn/source']

const processCases = ['B2.39', 'B2.40', 'B3.35', 'B3.36', 'B8.10']

/** Runs the cases with several processes, over a backend of `programs`. */
async function outcomes(program: string, cases = processCases) {
  const module = new URL(`./programs/${program}.ts`, import.meta.url)
  const suite = await backendSuite({
    open: () => referenceBackend(),
    realTimeMs: false,
    processes: { module, execArgv },
  })
  return runSuite(onlyCases(suite, cases))
}

test('processes that wait for each other pass', async () => {
  const results = await outcomes('waiting')
  expect(results.flatMap((result) => (result.outcome === 'failed' ? [result.error] : []))).toEqual(
    [],
  )
  expect(results).toHaveLength(processCases.length)
})

test('a backend that turns writers away fails', async () => {
  expect(failedIds(await outcomes('turning-away', ['B2.39']))).toEqual(['B2.39'])
})

test('a timer that runs on after close fails, and the process that it keeps alive is ended', async () => {
  const [result] = await outcomes('ticking', ['B8.10'])
  expect(result).toMatchObject({ id: 'B8.10', outcome: 'failed' })
  const { happened = '' } = Object(result?.outcome === 'failed' && result.error)
  expect(happened).toContain('ticking.ts')
})

test('operations that are several steps of the database fail', async () => {
  const failed = failedIds(await outcomes('stepwise', ['B2.40', 'B3.35', 'B3.36']))
  expect(failed).toEqual(['B2.40', 'B3.35', 'B3.36'])
})
