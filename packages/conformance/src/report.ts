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

/** The report of a run, for a README or a dashboard. */
export interface Report {
  /** The counts, then the cases that failed, that were exempt and that were not offered. */
  readonly markdown: string
  /** The same as JSON text. */
  readonly json: string
}

interface Run {
  readonly name: string
  readonly notOffered: readonly NotOffered[]
  readonly results: readonly Result[]
}

/** Reports a run. Lists cases that did not run by name, and never counts them as passed. */
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

/** Groups cases by the missing capability, in the order of their ids. */
function byLack(notOffered: readonly NotOffered[]): [string, NotOffered[]][] {
  const groups = new Map<string, NotOffered[]>()
  const inOrder = notOffered.toSorted((a, b) => byId.compare(a.id, b.id))
  for (const each of inOrder) groups.set(each.lacks, [...(groups.get(each.lacks) ?? []), each])
  return [...groups]
}

const byId = new Intl.Collator('en', { numeric: true })

/** Returns the first line only: test runners show the rest, which is the difference. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n', 1).join('')
}
