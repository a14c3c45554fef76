import {
  type CaseDefinition,
  CaseFailure,
  createSuite,
  type Result,
  register,
  runSuite,
} from '@sojourn/conformance'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import { expect, test } from 'vitest'
import { createOperationLog, startOfCases } from '../src/operation-log.ts'
import { onlyCases } from './suite-runs.ts'

const holds: CaseDefinition<unknown> = { id: 'X1.1', title: 'it holds', run: async () => undefined }
const breaks: CaseDefinition<unknown> = {
  id: 'X1.2',
  title: 'it breaks',
  run: () => Promise.reject(new Error('broken\nat length')),
}
const scans: CaseDefinition<unknown> = { ...breaks, id: 'X2.1', title: 'it scans', needs: ['scan'] }

function suiteOf(
  definitions: readonly CaseDefinition<unknown>[],
  options: { exempt?: Record<string, string>; timeoutMs?: number } = {},
) {
  return createSuite<unknown>({
    name: 'X',
    definitions,
    offers: () => false,
    withSubject: (run) => run(undefined),
    seed: 7,
    ...options,
  })
}

/** Returns why the first case failed. */
function failureIn(results: readonly Result[]): CaseFailure {
  const error = results.flatMap((result) => (result.outcome === 'failed' ? [result.error] : []))[0]
  if (error instanceof CaseFailure) return error
  throw new Error('no case has failed', { cause: error })
}

async function outcomes(suite: ReturnType<typeof suiteOf>) {
  return (await runSuite(suite)).map(({ id, outcome }) => `${id} ${outcome}`)
}

test('a case passes or fails as its run does', async () => {
  expect(await outcomes(suiteOf([holds, breaks]))).toEqual(['X1.1 passed', 'X1.2 failed'])
})

test('a case whose need is not offered is named and never run', async () => {
  const suite = suiteOf([holds, scans])
  expect(await outcomes(suite)).toEqual(['X1.1 passed'])
  expect(suite.notOffered).toEqual([{ id: 'X2.1', title: 'it scans', lacks: 'scan' }])
})

test('an exempted case that fails is exempt, with its reason', async () => {
  const results = await runSuite(suiteOf([breaks], { exempt: { 'X1.2': 'known' } }))
  expect(results).toEqual([{ id: 'X1.2', title: 'it breaks', outcome: 'exempt', reason: 'known' }])
})

test('an exemption of a case that holds fails', async () => {
  expect(await outcomes(suiteOf([holds], { exempt: { 'X1.1': 'feared' } }))).toEqual([
    'X1.1 failed',
  ])
})

test('an exemption of a case that is unknown or not offered fails', async () => {
  const exempt = { 'X9.9': 'a misprint', 'X2.1': 'not offered anyway' }
  expect(await outcomes(suiteOf([holds, scans], { exempt }))).toEqual([
    'X1.1 passed',
    'X9.9 failed',
    'X2.1 failed',
  ])
})

test('a case that hangs fails', async () => {
  const hangs = { ...holds, run: () => new Promise<void>(() => {}) }
  expect(await outcomes(suiteOf([hangs], { timeoutMs: 20 }))).toEqual(['X1.1 failed'])
})

test('register hands each case to the runner, with more time than the case has, and fills its results', async () => {
  const tests = new Map<string, () => Promise<void>>()
  const times: number[] = []
  const suite = suiteOf([holds, breaks], { timeoutMs: 30_000 })
  const results = register(suite, {
    test(name, run, timeoutMs) {
      tests.set(name, run)
      times.push(timeoutMs)
    },
  })
  expect([...tests.keys()]).toEqual(['X1.1 it holds', 'X1.2 it breaks'])
  expect(times).toEqual([40_000, 40_000])
  await tests.get('X1.1 it holds')?.()
  await expect(tests.get('X1.2 it breaks')?.()).rejects.toThrow('broken\nat length')
  expect(results.map(({ outcome }) => outcome)).toEqual(['passed', 'failed'])
})

test('runSuite tells of each case when it has ended', async () => {
  const told: string[] = []
  await runSuite(suiteOf([holds, breaks]), ({ id, outcome }) => told.push(`${id} ${outcome}`))
  expect(told).toEqual(['X1.1 passed', 'X1.2 failed'])
})

test('the report names what failed, was exempt and is not offered, and counts only passes as passed', async () => {
  const exempt = { 'X1.3': 'known' }
  const suite = suiteOf([holds, breaks, { ...breaks, id: 'X1.3' }, scans], { exempt })
  const report = suite.report(await runSuite(suite), { provenance: false })
  expect(report.markdown).toBe(`## Conformance: X

1 passed, 1 failed, 1 exempt, 1 not offered, 0 not run.

### Failed

#### X1.2 it breaks

What happened:

\`\`\`text
broken
at length
\`\`\`

### Exempt

- X1.3 it breaks: known

### Not offered, for lack of \`scan\`

- X2.1 it scans
`)
  expect(report.conforms).toBe(false)
  expect(JSON.parse(report.json)).toMatchObject({
    conforms: false,
    counts: { passed: 1, failed: 1, exempt: 1, notOffered: 1, notRun: 0 },
    passed: ['X1.1'],
    failed: [{ id: 'X1.2', title: 'it breaks', message: 'broken\nat length', operations: [] }],
    notOffered: [{ id: 'X2.1', title: 'it scans', lacks: 'scan' }],
  })
})

test('a case that the runner left out, or gave up, is not run and keeps a report from conforming', async () => {
  const suite = suiteOf([holds, { ...holds, id: 'X1.4' }])
  const results = await runSuite({ ...suite, cases: suite.cases.slice(0, 1) })
  const { markdown, json, conforms } = suite.report(results)
  expect(conforms).toBe(false)
  expect(markdown).toContain('1 passed, 0 failed, 0 exempt, 0 not offered, 1 not run.')
  expect(markdown).toContain('### Not run\n\n- X1.4 it holds\n')
  expect(JSON.parse(json).notRun).toEqual([{ id: 'X1.4', title: 'it holds' }])
  expect(suite.report([]).conforms).toBe(false)
})

test('a case that a runner has retried counts once, by its latest run', async () => {
  const suite = suiteOf([holds])
  const failure = { id: 'X1.1', title: 'it holds', outcome: 'failed', error: 'once' } as const
  const { conforms, json } = suite.report([failure, ...(await runSuite(suite))])
  expect([conforms, JSON.parse(json).counts.passed]).toEqual([true, 1])
})

test('the report names the kit, the seed, the runtime and the day', async () => {
  const { markdown, json } = suiteOf([holds]).report([])
  const day = new Date().toISOString().slice(0, 10)
  const { node } = process.versions
  expect(markdown).toContain(`@sojourn/conformance source with seed 7 on Node ${node}, ${day}.`)
  expect(JSON.parse(json)).toMatchObject({ kit: 'source', seed: 7, runtime: `Node ${node}` })
})

test('an operation whose outcome is there at once is logged with it', () => {
  const log = createOperationLog()
  const backend = log.follow({ ...referenceBackend(), find: () => null })
  void backend.find('g.a', { at: startOfCases, signal: new AbortController().signal })
  expect(log.lines()).toEqual(["1. find('g.a', { at: start }) → null"])
})

test('a failure has what the clause demands, the whole difference, and the operations in order', async () => {
  const open = () => referenceBackend({ rules: { stands: () => true } }) // tombstones stand for ever
  const suite = await backendSuite({ open, realTimeMs: false })
  const results = await runSuite(onlyCases(suite, ['B3.12']))
  const { demand, happened, operations } = failureIn(results)
  expect(demand).toContain('A second remove keeps its reason and time.')
  expect(happened).toContain("ended: 'logout'")
  expect(operations).toEqual([
    "1. insert('g.a', { version: 'v1', priorVersions: [], touchedAt: start, expiresAt: start+3600000, value: <4 bytes 6b657074> }, { at: start }) → { inserted: true, evicted: [] }",
    "2. remove('g.a', { at: start, reason: 'logout' }) → { version: 'v1', priorVersions: [], touchedAt: start, expiresAt: start+3600000, value: <4 bytes 6b657074> }",
    "3. remove('g.a', { at: start+30000, reason: 'revoked' }) → null",
    "4. find('g.a', { at: start+59999 }) → { ended: 'logout', at: start }",
    "5. find('g.a', { at: start+60000 }) → { ended: 'logout', at: start }",
    '6. close() → undefined',
  ])
  const { markdown } = suite.report(results)
  for (const part of [demand, happened, ...operations]) expect(markdown).toContain(part)
})

test('of a long case the last operations are told, and how many came before', async () => {
  const reference = referenceBackend()
  const open = () => ({ ...reference, find: async () => null })
  const suite = await backendSuite({ open, realTimeMs: false })
  const { operations } = failureIn(await runSuite(onlyCases(suite, ['B9.6'])))
  expect(operations[0]).toBe('(2941 operations before these)')
  expect(operations).toHaveLength(61)
})
