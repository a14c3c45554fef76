import type { NotOffered } from './suite.ts'

/** How one case ended. `exempt` means: it failed, as was declared with a reason. */
export type Result = { readonly id: string; readonly title: string } & (
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly error: unknown }
  | { readonly outcome: 'exempt'; readonly reason: string }
)

/** What a run means, to be put into a README or a dashboard. */
export interface Report {
  /** For people: counts, then by name what failed, what was exempt, and what was not offered, by what is lacking. */
  readonly markdown: string
  /** For machines: the same, as JSON text. */
  readonly json: string
}

interface Run {
  readonly name: string
  readonly notOffered: readonly NotOffered[]
  readonly results: readonly Result[]
}

/** Tells of a run. What did not run is told by name, and is never counted as passed. */
export function report({ name, notOffered, results }: Run): Report {
  const passed = results.filter(({ outcome }) => outcome === 'passed')
  const exempt = results.filter((result) => result.outcome === 'exempt')
  const failed = results
    .filter((result) => result.outcome === 'failed')
    .map(({ id, title, error }) => ({ id, title, message: messageOf(error) }))
  const counts = {
    passed: passed.length,
    failed: failed.length,
    exempt: exempt.length,
    notOffered: notOffered.length,
  }
  const sentence = `${counts.passed} passed, ${counts.failed} failed, ${counts.exempt} exempt, ${counts.notOffered} not offered`
  const markdown = [
    `## Conformance: ${name}`,
    `${sentence}.`,
    ...section(
      'Failed',
      failed.map(({ id, title, message }) => `${id} ${title}: ${message}`),
    ),
    ...section(
      'Exempt',
      exempt.map(({ id, title, reason }) => `${id} ${title}: ${reason}`),
    ),
    ...byLack(notOffered).flatMap(([lacks, cases]) =>
      section(
        `Not offered, for lack of \`${lacks}\``,
        cases.map(({ id, title }) => `${id} ${title}`),
      ),
    ),
  ]
  const json = { name, counts, failed, exempt, notOffered, passed: passed.map(({ id }) => id) }
  return { markdown: `${markdown.join('\n\n')}\n`, json: JSON.stringify(json, null, 2) }
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`### ${title}`, lines.map((line) => `- ${line}`).join('\n')]
}

/** One group per capability that is lacking, in the order of the ids. */
function byLack(notOffered: readonly NotOffered[]): [string, NotOffered[]][] {
  const groups = new Map<string, NotOffered[]>()
  const inOrder = notOffered.toSorted((a, b) => byId.compare(a.id, b.id))
  for (const each of inOrder) groups.set(each.lacks, [...(groups.get(each.lacks) ?? []), each])
  return [...groups]
}

const byId = new Intl.Collator('en', { numeric: true })

/** The first line only: the rest is the difference that the test runner shows. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n', 1).join('')
}
