import { fail } from 'node:assert/strict'
import { type Report, type Result, report } from './report.ts'

/** One fact about a subject. Its `run` rejects where the fact does not hold, and always ends. */
export interface Case {
  /** The number of the clause or promise that it proves, such as `B2.3`. */
  readonly id: string
  readonly title: string
  /** Present where the case is exempted, and then it says why; its `run` rejects when the exemption is not needed. */
  readonly exempt?: string
  run(): Promise<void>
}

/** A case that is not run, because the subject says that it lacks what the case is about. */
export interface NotOffered {
  readonly id: string
  readonly title: string
  /** What is lacking, by its name in `supports` or in the options of the suite. */
  readonly lacks: string
}

/** Cases as data. Run them with `runSuite`, or hand them to a test runner with `register`. */
export interface Suite {
  readonly name: string
  readonly cases: readonly Case[]
  readonly notOffered: readonly NotOffered[]
  /** What the results mean, for people and for machines. */
  report(results: readonly Result[]): Report
}

/** A case that still needs its subject, of which each run is given a fresh one. */
export interface Definition<Subject> {
  readonly id: string
  readonly title: string
  /** What the subject must offer for this case to make sense. */
  readonly needs?: readonly string[]
  run(subject: Subject): Promise<void>
}

/** What a suite is made of. */
export interface SuiteParts<Subject> {
  readonly name: string
  readonly definitions: readonly Definition<Subject>[]
  /** Whether the subject offers what a case needs. */
  offers(need: string): boolean
  /** Opens a fresh subject, and closes it when `run` has ended. */
  withSubject(run: (subject: Subject) => Promise<void>): Promise<void>
  /** Cases that the subject may fail, each with the reason. */
  readonly exempt?: Readonly<Record<string, string>>
  /** After this many ms a case has failed. @default 20_000 */
  readonly patience?: number
}

/** What `register` uses of a test runner: vitest, node:test, jest and bun all have it. */
export interface Runner {
  readonly test: (name: string, run: () => Promise<void>) => unknown
}

/**
 * Makes a suite. A case whose need is not offered is listed under `notOffered` and never run. An exempted case is run
 * and must fail: an exemption that is not needed, and one that names no case, fail as cases of their own.
 */
export function createSuite<Subject>(parts: SuiteParts<Subject>): Suite {
  const { name, definitions, exempt = {}, patience = 20_000 } = parts
  const missing = ({ needs = [] }: Definition<Subject>) => needs.find((need) => !parts.offers(need))
  const notOffered = definitions.flatMap((definition) => {
    const lacks = missing(definition)
    return lacks === undefined ? [] : [{ id: definition.id, title: definition.title, lacks }]
  })
  const cases = definitions
    .filter((definition) => missing(definition) === undefined)
    .map(({ id, title, run }): Case => {
      const bound = () => ended(parts.withSubject(run), patience)
      const reason = exempt[id]
      return reason === undefined
        ? { id, title, run: bound }
        : { id, title, exempt: reason, run: () => mustFail(id, bound) }
    })
  const ids = new Set(cases.map(({ id }) => id))
  const strays = Object.keys(exempt).filter((id) => !ids.has(id))
  const all = [...cases, ...strays.map(strayExemption)]
  return {
    name,
    cases: all,
    notOffered,
    report: (results) => report({ name, notOffered, results }),
  }
}

/** Registers each case as a test. The array that it returns fills while they run; `suite.report` understands it. */
export function register(suite: Suite, { test }: Runner): readonly Result[] {
  const results: Result[] = []
  for (const each of suite.cases) {
    test(`${each.id} ${each.title}`, async () => {
      const result = await runCase(each)
      results.push(result)
      if (result.outcome === 'failed') throw result.error
    })
  }
  return results
}

/** Runs all cases, one after the other, without a test runner. Never rejects. */
export async function runSuite(suite: Suite): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const each of suite.cases) results.push(await runCase(each))
  return results
}

/** The promise, or a rejection after `ms`, so that a subject that hangs fails and does not hang its test. */
export async function ended<Value>(promise: Promise<Value>, ms: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It did not end within ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

async function runCase({ id, title, exempt, run }: Case): Promise<Result> {
  try {
    await run()
    return exempt === undefined
      ? { id, title, outcome: 'passed' }
      : { id, title, outcome: 'exempt', reason: exempt }
  } catch (error) {
    return { id, title, outcome: 'failed', error }
  }
}

async function mustFail(id: string, run: () => Promise<void>): Promise<void> {
  const hasPassed = await run().then(
    () => true,
    () => false,
  )
  if (hasPassed) fail(`${id} holds, so the exemption is not needed: remove it.`)
}

function strayExemption(id: string): Case {
  return {
    id,
    title: 'an exemption names a case that is run',
    run: async () => fail(`No case ${id} is run, so the exemption is not needed: remove it.`),
  }
}
