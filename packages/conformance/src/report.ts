import { CaseFailure } from './failure.ts'
import { version } from './version.ts'

/** The outcome of one case. `exempt`: it failed, as declared with a reason. */
export type Result = { readonly id: string; readonly title: string } & (
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly error: unknown }
  | { readonly outcome: 'exempt'; readonly reason: string }
)

/** A case that is not run because the subject does not offer what the case is about. */
export interface NotOffered {
  readonly id: string
  readonly title: string
  /** What is missing, by its name in `supports` or in the options of the suite. */
  readonly lacks: string
}

/** What a report contains besides the outcomes. */
export interface ReportOptions {
  /**
   * Whether it names the version of the kit, the seed, the runtime and the date. `false` for a report that is compared with one
   * under version control.
   * @default true
   */
  readonly provenance?: boolean
}

/** The report of a run, for a README or a dashboard. */
export interface Report {
  /** Whether no case failed and all of them ran. Cases that are exempt or not offered do not count. */
  readonly conforms: boolean
  /** The counts in a sentence. */
  readonly summary: string
  /** The counts, then the cases that failed, that did not run, that were exempt and that were not offered. */
  readonly markdown: string
  /** The same as JSON text. */
  readonly json: string
}

interface Run {
  readonly name: string
  /** The cases that the suite runs. */
  readonly cases: readonly { readonly id: string; readonly title: string }[]
  readonly notOffered: readonly NotOffered[]
  readonly results: readonly Result[]
  readonly seed: number | undefined
}

/** Reports a run. Lists cases without a result by name, and never counts them as passed. */
export function report(run: Run, { provenance = true }: ReportOptions = {}): Report {
  const { name, cases, notOffered, seed } = run
  const results = lastResults(run.results)
  const passed = results.filter(({ outcome }) => outcome === 'passed')
  const exempt = results.filter((result) => result.outcome === 'exempt')
  const failed = results.filter((result) => result.outcome === 'failed').map(failureOf)
  const done = new Set(results.map(({ id }) => id))
  const notRun = cases.filter(({ id }) => !done.has(id)).map(({ id, title }) => ({ id, title }))
  const counts = {
    passed: passed.length,
    failed: failed.length,
    exempt: exempt.length,
    notOffered: notOffered.length,
    notRun: notRun.length,
  }
  const origin = {
    kit: version,
    ...(seed === undefined ? {} : { seed }),
    runtime: runtimeName(),
    date: new Date().toISOString().slice(0, 10),
  }
  const conforms = failed.length === 0 && notRun.length === 0
  const summary = `${passed.length} passed, ${failed.length} failed, ${exempt.length} exempt, ${notOffered.length} not offered, ${notRun.length} not run.`
  const markdown = [
    `## Conformance: ${name}`,
    summary,
    ...(provenance ? [originText(origin)] : []),
    ...(failed.length === 0 ? [] : ['### Failed', ...failed.map(failureText)]),
    ...section('Not run', notRun.map(caseName)),
    ...section(
      'Exempt',
      exempt.map((result) => `${caseName(result)}: ${result.reason}`),
    ),
    ...byLack(notOffered).flatMap(([lacks, lacking]) =>
      section(`Not offered, for lack of \`${lacks}\``, lacking.map(caseName)),
    ),
  ]
  const json = {
    name,
    conforms,
    counts,
    ...(provenance ? origin : {}),
    failed,
    notRun,
    exempt,
    notOffered,
    passed: passed.map(({ id }) => id),
  }
  return {
    conforms,
    summary,
    markdown: `${markdown.join('\n\n')}\n`,
    json: JSON.stringify(json, null, 2),
  }
}

/** Returns one result for each case, the latest: a runner that retries has several. */
function lastResults(results: readonly Result[]): Result[] {
  return [...new Map(results.map((result) => [result.id, result])).values()]
}

interface Origin {
  /** The version of the kit. */
  readonly kit: string
  readonly seed?: number
  readonly runtime: string
  /** The day, as in ISO 8601. */
  readonly date: string
}

interface Failure {
  readonly id: string
  readonly title: string
  readonly message: string
  readonly demand?: string
  readonly operations?: readonly string[]
}

function failureOf({ id, title, error }: Extract<Result, { outcome: 'failed' }>): Failure {
  if (!(error instanceof CaseFailure))
    return { id, title, message: error instanceof Error ? error.message : String(error) }
  const { demand, happened, operations } = error
  return { id, title, message: happened, operations, ...(demand === undefined ? {} : { demand }) }
}

function failureText(failure: Failure): string {
  const { demand, operations = [], message } = failure
  return [
    `#### ${caseName(failure)}`,
    ...(demand === undefined ? [] : [`Demanded: ${demand}`]),
    `What happened:\n\n${fenced(message)}`,
    ...(operations.length === 0
      ? []
      : [`Operations, in order:\n\n${fenced(operations.join('\n'))}`]),
  ].join('\n\n')
}

/** Returns a code block with a fence that is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}

function originText({ kit, seed, runtime, date }: Origin): string {
  const run = seed === undefined ? '' : ` with seed ${seed}`
  return `@sojourn/conformance ${kit}${run} on ${runtime}, ${date}.`
}

/** Returns the name and the version of the runtime: Node, Bun or Deno. */
function runtimeName(): string {
  const { bun, deno, node } = process.versions
  if (bun) return `Bun ${bun}`
  return deno ? `Deno ${deno}` : `Node ${node}`
}

function caseName({ id, title }: { readonly id: string; readonly title: string }): string {
  return `${id} ${title}`
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`### ${title}`, lines.map((line) => `- ${line}`).join('\n')]
}

/** Groups cases by the missing capability, in the order of their ids. */
function byLack(notOffered: readonly NotOffered[]): [string, NotOffered[]][] {
  const groups = new Map<string, NotOffered[]>()
  const inOrder = notOffered.toSorted((a, b) => byId.compare(a.id, b.id))
  for (const each of inOrder) groups.set(each.lacks, [...(groups.get(each.lacks) ?? []), each])
  return [...groups]
}

const byId = new Intl.Collator('en', { numeric: true })
