import { fail } from 'node:assert/strict'
import { demandOf } from './demands.ts'
import { CaseFailure } from './failure.ts'
import { createOperationLog, type OperationLog } from './operation-log.ts'
import { type NotOffered, type Report, type ReportOptions, type Result, report } from './report.ts'

/** One fact about a subject. `run` rejects if the fact does not hold, and always settles. */
export interface Case {
  /** The clause or promise that it proves, and a number: `B2.3`. */
  readonly id: string
  readonly title: string
  /** The reason of an exemption. `run` of an exempt case rejects if the exemption is not needed. */
  readonly exempt?: string
  /** After this time, in ms, `run` rejects. */
  readonly timeoutMs: number
  run(): Promise<void>
}

/** Cases as data. Run them with `runSuite`, or add them to a test runner with `register`. */
export interface Suite {
  readonly name: string
  readonly cases: readonly Case[]
  readonly notOffered: readonly NotOffered[]
  /** Returns the report of a run, as Markdown and as JSON. Cases without a result are listed as not run. */
  report(results: readonly Result[], options?: ReportOptions): Report
}

/** A case without its subject; each run gets a fresh one. */
export interface CaseDefinition<Subject> {
  readonly id: string
  readonly title: string
  /** The capabilities that the subject must offer for this case to make sense. */
  readonly needs?: readonly string[]
  run(subject: Subject): Promise<void>
}

/** What a suite consists of. */
export interface SuiteOptions<Subject> {
  readonly name: string
  readonly definitions: readonly CaseDefinition<Subject>[]
  /** Returns whether the subject offers a capability that a case needs. */
  offers(need: string): boolean
  /** Opens a fresh subject and closes it when `run` has settled. The backends that `log` follows are in the failure. */
  withSubject(run: (subject: Subject) => Promise<void>, log: OperationLog): Promise<void>
  /** Cases that the subject may fail: the reason by case id. */
  readonly exempt?: Readonly<Record<string, string>>
  /** The time limit of a case, in ms. @default 20_000 */
  readonly timeoutMs?: number
  /** What determines the interleavings, for the report. */
  readonly seed?: number
}

/**
 * The part of a test runner that `register` uses. vitest, jest and bun take the time limit as the third argument;
 * node:test, which limits nothing by itself, ignores it.
 */
export interface Runner {
  readonly test: (name: string, run: () => Promise<void>, timeoutMs: number) => unknown
}

/**
 * Returns a suite. Cases whose needs are not offered are listed in `notOffered` and never run. Exempt cases run and
 * must fail: an exemption that is not needed fails, and so does one that names no case.
 */
export function createSuite<Subject>(options: SuiteOptions<Subject>): Suite {
  const { name, definitions, exempt = {}, timeoutMs = 20_000, seed } = options
  const missing = ({ needs = [] }: CaseDefinition<Subject>) =>
    needs.find((need) => !options.offers(need))
  const notOffered = definitions.flatMap((definition) => {
    const lacks = missing(definition)
    return lacks === undefined ? [] : [{ id: definition.id, title: definition.title, lacks }]
  })
  const cases = definitions
    .filter((definition) => missing(definition) === undefined)
    .map(({ id, title, run }): Case => {
      const bound = async () => {
        const log = createOperationLog()
        try {
          await withTimeout(options.withSubject(run, log), timeoutMs)
        } catch (error) {
          const [demand, operations] = [demandOf(id), log.lines()]
          throw new CaseFailure({ id, title, demand, operations }, error)
        }
      }
      const reason = exempt[id]
      return reason === undefined
        ? { id, title, timeoutMs, run: bound }
        : { id, title, timeoutMs, exempt: reason, run: () => mustFail(id, bound) }
    })
  const ids = new Set(cases.map(({ id }) => id))
  const unknown = Object.keys(exempt).filter((id) => !ids.has(id))
  const all = [...cases, ...unknown.map((id) => unknownExemption(id, timeoutMs))]
  return {
    name,
    cases: all,
    notOffered,
    report: (results, how) => report({ name, cases: all, notOffered, results, seed }, how),
  }
}

/** How much longer than a case the runner waits, in ms, so that the case fails first, and says why. */
const runnerMarginMs = 10_000

/**
 * Adds each case to a test runner, with a time limit above its own. Returns an array of results for `suite.report`, which fills while the tests run.
 *
 * @example
 * ```ts
 * import { after, test } from 'node:test'
 * import { register } from '@sojourn/conformance'
 *
 * const results = register(suite, { test })
 * after(() => console.log(suite.report(results).markdown))
 * ```
 */
export function register(suite: Suite, { test }: Runner): readonly Result[] {
  const results: Result[] = []
  for (const each of suite.cases) {
    const run = async () => {
      const result = await runCase(each)
      results.push(result)
      if (result.outcome === 'failed') throw result.error
    }
    test(`${each.id} ${each.title}`, run, each.timeoutMs + runnerMarginMs)
  }
  return results
}

/**
 * Runs all cases one after the other, without a test runner. Never rejects.
 *
 * @param onResult Called after each case, as to show progress.
 */
export async function runSuite(
  suite: Suite,
  onResult?: (result: Result) => void,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const each of suite.cases) {
    const result = await runCase(each)
    results.push(result)
    onResult?.(result)
  }
  return results
}

/** Returns the promise, or rejects after `ms`, so that a subject that hangs fails its test. */
export async function withTimeout<Value>(
  promise: Value | Promise<Value>,
  ms: number,
): Promise<Value> {
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

function unknownExemption(id: string, timeoutMs: number): Case {
  return {
    id,
    timeoutMs,
    title: 'an exemption names a case that is run',
    run: async () => fail(`No case ${id} is run, so the exemption is not needed: remove it.`),
  }
}
