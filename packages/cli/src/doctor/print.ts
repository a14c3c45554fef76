import type { Output } from '../output/output.ts'
import type { Text } from '../output/table.ts'
import type { Finding, Level } from './finding.ts'

/** A finding, and whether the operator has accepted it: then it is shown, and the exit status does not count it. */
export interface Judged extends Finding {
  readonly accepted: boolean
}

const levels: readonly Level[] = ['wrong', 'advice', 'ok']

/** Prints the findings, the worst first, and how many there are of each level. */
export function printFindings(output: Output, findings: readonly Judged[]): void {
  const sorted = levels.flatMap((level) => findings.filter((finding) => finding.level === level))
  output.table({
    rows: sorted.flatMap((finding): (readonly Text[])[] => {
      const { level, check, remedy, accepted } = finding
      const style = accepted ? 'quiet' : level
      return [
        [{ text: accepted ? 'accepted' : level, style }, check, messageOf(finding)],
        ...(remedy ? [['', '', { text: `→ ${remedy}`, style: 'quiet' as const }]] : []),
      ]
    }),
  })
  const counts = levels.map(
    (level) => `${findings.filter((each) => each.level === level).length} ${level}`,
  )
  output.line()
  output.line(counts.join(', '))
}

function messageOf({ message, servers }: Finding): string {
  return servers ? `${servers.join(', ')}: ${message}` : message
}
