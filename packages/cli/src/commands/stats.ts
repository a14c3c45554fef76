import type { SessionStats } from '@sojourn/core'
import type { Command } from 'commander'
import type { Invocation } from '../invocation.ts'
import { createOutput, type Output } from '../output/output.ts'
import { createProgressBar } from '../output/progress-bar.ts'
import type { Text } from '../output/table.ts'
import { countKeys } from '../sessions/count-keys.ts'
import { type FieldText, fieldText } from '../sessions/fields.ts'
import { foreignHint, openSessions } from '../sessions/open-sessions.ts'
import { addSessionCommand, type SessionOptions } from '../sessions/options.ts'
import { span, timeAndSpan } from '../sessions/times.ts'

interface StatsOptions extends SessionOptions {
  readonly by?: Readonly<Record<string, FieldText>>
}

const maxKeysShown = 10

/** Adds `sojourn stats`, which counts sessions and users by one scan. */
export function addStats(program: Command, invocation: Invocation): void {
  addSessionCommand(program, 'stats', 'Count sessions and users, and by what you name.')
    .option(
      '--by <field>',
      'count by userId, client.NAME or data.NAME too; may be repeated',
      (path: string, others: StatsOptions['by']) => ({ ...others, [path]: fieldText(path) }),
    )
    .action(async (urls: readonly string[], options: StatsOptions) => {
      const sessions = await openSessions(urls, options, invocation)
      const bar = createProgressBar(invocation, 'Counting sessions')
      const keys = await countKeys(sessions.reached)
      const stats = await sessions.manager.stats({
        by: options.by ?? {},
        onProgress: ({ scanned }) => bar.update(scanned, keys),
      })
      bar.end()
      const { activity: _, ...summary } = stats // of this process, which has done nothing
      const output = createOutput(invocation.stdout, options)
      if (output.isJson) return output.json(summary)
      printStats(output, summary)
      const hint = foreignHint(sessions, summary.sessions)
      if (hint !== undefined) output.line({ text: hint, style: 'advice' })
    })
}

function printStats(output: Output, summary: Omit<SessionStats, 'activity'>): void {
  const { at, oldestAt, newestAt, meanAgeMs, unreadable } = summary
  const time = (when: number | undefined) => (when === undefined ? '–' : timeAndSpan(when, at))
  const rows: readonly (readonly [string, Text])[] = [
    ['sessions', { text: String(summary.sessions), style: 'strong' }],
    ['logged in', String(summary.loggedIn)],
    ['visitors', String(summary.anonymous)],
    ['users', String(summary.users)],
    ['bound', String(summary.bound)],
    ['unreadable', unreadable === 0 ? '0' : { text: String(unreadable), style: 'wrong' }],
    ['oldest', time(oldestAt)],
    ['newest', time(newestAt)],
    ['mean age', meanAgeMs === undefined ? '–' : span(meanAgeMs)],
    ['counted in', `${(summary.tookMs / 1_000).toFixed(1)} s`],
  ]
  output.table({ rows: rows.map(([name, value]) => [{ text: name, style: 'quiet' }, value]) })
  for (const [path, { counts, missing, other }] of Object.entries(summary.by)) {
    const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a)
    const rest = sorted.slice(maxKeysShown).reduce((sum, [, count]) => sum + count, other)
    output.line()
    output.table({
      head: [path, 'sessions'],
      right: [1],
      rows: [
        ...sorted.slice(0, maxKeysShown).map(([key, count]) => [key, String(count)]),
        ...(rest > 0 ? [[{ text: 'others', style: 'quiet' as const }, String(rest)]] : []),
        ...(missing > 0 ? [[{ text: 'none', style: 'quiet' as const }, String(missing)]] : []),
      ],
    })
  }
}
