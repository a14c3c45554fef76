import type { Command } from 'commander'
import { exitStatus } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { createOutput, type Output } from '../output/output.ts'
import { createProgressBar } from '../output/progress-bar.ts'
import { countKeys } from '../sessions/count-keys.ts'
import { isReadable } from '../sessions/is-readable.ts'
import { foreignHint, openSessions, type Sessions } from '../sessions/open-sessions.ts'
import { addSessionCommand, type SessionOptions } from '../sessions/options.ts'

/** What a scan has found. */
interface Scanned {
  readonly sessions: number
  /** Rows under the prefix that no session of this application is in. */
  readonly others: number
  /** The ids of sessions whose record or data cannot be decoded. */
  readonly unreadable: readonly string[]
  readonly tookMs: number
}

const progressEvery = 200
const maxIdsShown = 10

/** Adds `sojourn scan`, which reads each session to the end and says which cannot be read. */
export function addScan(program: Command, invocation: Invocation): void {
  addSessionCommand(
    program,
    'scan',
    'Read all sessions, data included, and name those that cannot be decoded.',
  ).action(async (urls: readonly string[], options: SessionOptions) => {
    const sessions = await openSessions(urls, options, invocation)
    const scanned = await scan(sessions, invocation)
    const { unreadable } = scanned
    if (unreadable.length > 0) invocation.status = exitStatus.wrong
    const output = createOutput(invocation.stdout, options)
    if (output.isJson) return output.json(scanned)
    print(output, scanned)
    const hint = foreignHint(sessions, scanned.sessions + unreadable.length)
    if (hint !== undefined) output.line({ text: hint, style: 'advice' })
  })
}

async function scan({ store, seen, reached }: Sessions, invocation: Invocation): Promise<Scanned> {
  const began = performance.now()
  const bar = createProgressBar(invocation, 'Reading sessions')
  const keys = await countKeys(reached)
  const unreadable: string[] = []
  let sessions = 0
  for await (const found of store.inspection?.scan(invocation.signal) ?? []) {
    // The row that was read last is the one that was found: the backend is read row by row.
    if (isReadable(found)) sessions++
    else unreadable.push(seen.latest?.id ?? '')
    if (seen.count % progressEvery === 0) bar.update(seen.count, keys)
  }
  bar.end()
  const others = seen.count - sessions - unreadable.length
  return { sessions, others, unreadable, tookMs: Math.round(performance.now() - began) }
}

function print(output: Output, { sessions, others, unreadable, tookMs }: Scanned): void {
  output.line(`${sessions} sessions can be read. It took ${(tookMs / 1_000).toFixed(1)} s.`)
  if (others > 0)
    output.line({
      text: `${others} more are of another application, or expire just now.`,
      style: 'quiet',
    })
  if (unreadable.length === 0) return
  output.line({ text: `${unreadable.length} cannot be decoded:`, style: 'wrong' })
  for (const id of unreadable.slice(0, maxIdsShown)) output.line(`  ${id}`)
  if (unreadable.length > maxIdsShown) output.line(`  and more: --json lists all`)
  output.line('They stay where they are. sojourn decode says more about one.')
}
