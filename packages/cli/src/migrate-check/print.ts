import type { Output } from '../output/output.ts'
import type { Text } from '../output/table.ts'
import type { KeyShape } from './data-shape.ts'
import type { Checked } from './session-check.ts'

/** What the command found. */
export interface MigrationCheck {
  readonly library: string
  /** The Redis, and the prefix; absent if only cookies were looked at. */
  readonly target?: string
  readonly records?: CheckedRecords
  readonly cookies?: Checked
}

/** What becomes of the records in a store. */
export interface CheckedRecords extends Checked {
  /** False if there may be more: `--limit` was reached. */
  readonly isAll: boolean
}

const maxKeysShown = 30

/** Prints what a migration would carry over. The data is described once, by the records if there are any. */
export function printChecked(
  output: Output,
  { library, target, records, cookies }: MigrationCheck,
) {
  output.line({ text: target === undefined ? library : `${library}, ${target}`, style: 'strong' })
  const described = records ?? cookies
  if (records) printCounts(output, 'records', records)
  if (records && !records.isAll)
    output.line(`These are the first ${records.read} that were found: --limit 0 looks at all.`)
  if (cookies) printCounts(output, 'cookies', cookies)
  if (!described) return
  if (described.carried > 0) {
    printData(output, described.data)
    printUsers(output, described)
  }
  for (const text of described.notes) {
    output.line()
    output.line({ text, style: 'advice' })
  }
}

function printCounts(output: Output, what: string, { read, carried, ended, refused }: Checked) {
  const lost = refused.reduce((sum, { count }) => sum + count, 0)
  const rows: readonly (readonly [string, Text])[] = [
    [`${what} read`, String(read)],
    ['carried over', { text: String(carried), style: carried > 0 ? 'ok' : 'quiet' }],
    ['not carried over', { text: String(lost), style: lost > 0 ? 'wrong' : 'quiet' }],
    ['ended', String(ended)],
  ]
  output.line()
  output.table({
    right: [1],
    rows: rows.map(([name, value]) => [{ text: name, style: 'quiet' }, value]),
  })
  if (refused.length === 0) return
  output.line()
  output.table({
    head: [what, 'why not', 'for example'],
    right: [0],
    rows: refused.map(({ why, count, examples }) => [String(count), why, examples.join(' ')]),
  })
}

function printData(output: Output, keys: readonly KeyShape[]): void {
  if (keys.length === 0) return
  output.line()
  output.table({
    head: ['data', 'sessions', 'types', 'most bytes'],
    right: [1, 3],
    rows: keys
      .slice(0, maxKeysShown)
      .map(({ path, sessions, types, mostBytes }) => [
        path,
        String(sessions),
        typesText(types),
        String(mostBytes),
      ]),
  })
  if (keys.length > maxKeysShown) output.line('and more: --json lists all')
}

/** Returns the types, with counts if there are several. */
function typesText(types: KeyShape['types']): string {
  const sorted = Object.entries(types).sort(([, a], [, b]) => b - a)
  if (sorted.length === 1) return sorted.map(([type]) => type).join()
  return sorted.map(([type, count]) => `${count} ${type}`).join(', ')
}

function printUsers(output: Output, { users, userPaths }: Checked): void {
  output.line()
  if (users) {
    const { path, sessions, users: count, anonymous } = users
    output.line(
      `Users found by ${path}: ${count}, in sessions: ${sessions}. Sessions without one: ${anonymous}.`,
    )
    return
  }
  output.line({
    text:
      userPaths.length > 0
        ? `The user may be at ${userPaths.join(' or ')}: --user PATH tells. Without the option userId all sessions are anonymous.`
        : 'Where is the user? --user PATH tells whom a path finds. Without the option userId all sessions are anonymous.',
    style: 'advice',
  })
}
