import { type CaseDefinition, createSuite, register, runSuite } from '@sojourn/conformance'
import { expect, test } from 'vitest'

const holds: CaseDefinition<unknown> = { id: 'X1.1', title: 'it holds', run: async () => undefined }
const breaks: CaseDefinition<unknown> = {
  id: 'X1.2',
  title: 'it breaks',
  run: () => Promise.reject(new Error('broken\nat length')),
}
const scans: CaseDefinition<unknown> = { ...breaks, id: 'X2.1', title: 'it scans', needs: ['scan'] }

function suiteOf(
  definitions: readonly CaseDefinition<unknown>[],
  options: { exempt?: Record<string, string>; patience?: number } = {},
) {
  return createSuite<unknown>({
    name: 'X',
    definitions,
    offers: () => false,
    withSubject: (run) => run(undefined),
    ...options,
  })
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
  expect(await outcomes(suiteOf([hangs], { patience: 20 }))).toEqual(['X1.1 failed'])
})

test('register hands each case to the runner, and fills its results', async () => {
  const tests = new Map<string, () => Promise<void>>()
  const suite = suiteOf([holds, breaks])
  const results = register(suite, { test: (name, run) => tests.set(name, run) })
  expect([...tests.keys()]).toEqual(['X1.1 it holds', 'X1.2 it breaks'])
  await tests.get('X1.1 it holds')?.()
  await expect(tests.get('X1.2 it breaks')?.()).rejects.toThrow('broken')
  expect(results.map(({ outcome }) => outcome)).toEqual(['passed', 'failed'])
})

test('the report names what failed, what was exempt and what is not offered, and counts only passes as passed', async () => {
  const exempt = { 'X1.3': 'known' }
  const suite = suiteOf([holds, breaks, { ...breaks, id: 'X1.3' }, scans], { exempt })
  const { markdown, json } = suite.report(await runSuite(suite))
  expect(markdown).toBe(`## Conformance: X

1 passed, 1 failed, 1 exempt, 1 not offered.

### Failed

- X1.2 it breaks: broken

### Exempt

- X1.3 it breaks: known

### Not offered, for lack of \`scan\`

- X2.1 it scans
`)
  expect(JSON.parse(json)).toMatchObject({
    counts: { passed: 1, failed: 1, exempt: 1, notOffered: 1 },
    passed: ['X1.1'],
    notOffered: [{ id: 'X2.1', title: 'it scans', lacks: 'scan' }],
  })
})
