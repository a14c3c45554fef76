import { closeSync, openSync, writeFileSync } from 'node:fs'
import { makeBadge } from 'badge-maker'
import type { Report, Result } from '../report.ts'
import type { Suite } from '../suite.ts'

/** A suite that was run, and what came of it. */
export interface SuiteRun {
  readonly suite: Suite
  readonly results: readonly Result[]
  readonly report: Report
  readonly seconds: number
}

/** The files that reports are written to. */
export interface ReportFiles {
  readonly markdown?: string
  readonly json?: string
  readonly badge?: string
}

/** Returns what a person reads at the end: each failure at length, and then the counts. */
export function summaryOf(runs: readonly SuiteRun[]): string {
  const failures = runs.flatMap(({ results }) =>
    results.flatMap((result) => (result.outcome === 'failed' ? [textOf(result.error)] : [])),
  )
  const counts = runs.map(
    ({ suite, report, seconds }) => `${suite.name}: ${report.summary} ${seconds.toFixed(1)} s.`,
  )
  return `${[...failures, counts.join('\n')].join(separator)}\n`
}

const separator = `\n\n${'-'.repeat(72)}\n\n`

/** Returns why a report cannot be written where it was asked for, or `undefined` if all can. Creates the files. */
export function findUnwritable({ markdown, json, badge }: ReportFiles): string | undefined {
  for (const file of [markdown, json, badge]) {
    if (!file) continue
    try {
      closeSync(openSync(file, 'a'))
    } catch (error) {
      return `${file} cannot be written: ${textOf(error)}. Give a file in a folder that exists.`
    }
  }
  return undefined
}

/** Writes the reports that were asked for. */
export function writeReports(
  runs: readonly SuiteRun[],
  { markdown, json, badge }: ReportFiles,
): void {
  if (markdown) writeFileSync(markdown, runs.map(({ report }) => report.markdown).join('\n'))
  if (json) writeFileSync(json, `${JSON.stringify(jsonOf(runs), null, 2)}\n`)
  if (badge) writeFileSync(badge, `${badgeOf(runs)}\n`)
}

function jsonOf(runs: readonly SuiteRun[]) {
  const conforms = runs.every(({ report }) => report.conforms)
  return { conforms, suites: runs.map(({ report }) => JSON.parse(report.json)) }
}

/** Returns a badge: how many cases passed, or how many did not. */
function badgeOf(runs: readonly SuiteRun[]): string {
  const count = (outcome: Result['outcome']) =>
    runs.flatMap(({ results }) => results.filter((result) => result.outcome === outcome)).length
  const [passed, failed] = [count('passed'), count('failed')]
  const conforms = runs.every(({ report }) => report.conforms)
  const message = failed > 0 ? `${failed} failed` : conforms ? `${passed} passed` : 'incomplete'
  const color = failed > 0 ? 'red' : conforms ? 'brightgreen' : 'lightgrey'
  return makeBadge({ label: 'sojourn conformance', message, color })
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
