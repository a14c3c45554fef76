import type { ListedSession, SessionInfo, StoredSession } from '@sojourn/core'
import { type Command, InvalidArgumentError } from 'commander'
import type { Invocation } from '../invocation.ts'
import { drained } from '../output/drained.ts'
import { createOutput, type Output } from '../output/output.ts'
import { createPager } from '../output/pager.ts'
import { type Data, foreignHint, openSessions, type Sessions } from '../sessions/open-sessions.ts'
import { addSessionCommand, type SessionOptions } from '../sessions/options.ts'
import { sessionLines } from '../sessions/session-line.ts'
import { every, parseWhere, type Where } from '../sessions/where.ts'

interface ListOptions extends SessionOptions {
  readonly user?: string
  readonly where?: readonly Where[]
  readonly limit?: number
}

/** Adds `sojourn list`, which prints sessions while the store is read. */
export function addList(program: Command, invocation: Invocation): void {
  addSessionCommand(
    program,
    'list',
    'List sessions: of all, of a user, or those that meet conditions.',
  )
    .option('--user <id>', 'only the sessions of this user, which are found without reading all')
    .option(
      '--where <condition>',
      'FIELD=VALUE, FIELD!=VALUE or FIELD~PART; fields are userId, client.NAME, data.NAME; several must all hold',
      (text: string, others: readonly Where[] = []) => [...others, parseWhere(text)],
    )
    .option('--limit <number>', 'stop after so many', parseLimit)
    .action(async (urls: readonly string[], options: ListOptions) => {
      const sessions = await openSessions(urls, options, invocation)
      await list(sessions, options, invocation)
    })
}

async function list(
  sessions: Sessions,
  options: ListOptions,
  invocation: Invocation,
): Promise<void> {
  const { stdout, stderr } = invocation
  const output = createOutput(stdout, options)
  const print = output.isJson ? jsonLines(output) : table(output, invocation)
  let found = 0
  for await (const session of chosen(sessions, options, invocation.signal)) {
    if (found === options.limit || (await print(session)) === 'stop') break
    found++
    await drained(stdout)
  }
  const hint = options.user === undefined ? foreignHint(sessions, found) : undefined
  const notes = createOutput(stderr, { color: options.color })
  if (hint !== undefined) notes.line({ text: hint, style: 'advice' })
  else if (found === 0) notes.line({ text: 'No session.', style: 'quiet' })
}

/** Yields the sessions to print: what may be shown of them, without their data. */
async function* chosen(
  { manager }: Sessions,
  { user, where = [] }: ListOptions,
  signal: AbortSignal,
): AsyncGenerator<SessionInfo, void> {
  const holds = every(where)
  const select = (session: StoredSession<Data>) => (holds(session) ? { ...session } : undefined)
  if (user === undefined) {
    for await (const session of manager.scan({ select, signal })) if (session) yield session
    return
  }
  for (const listed of await manager.sessions(user)) {
    const session =
      where.length === 0 ? withoutMark(listed) : await manager.inspect(listed.id, { select })
    if (session) yield session
  }
}

function withoutMark({ isCurrent: _, ...info }: ListedSession): SessionInfo {
  return info
}

type Print = (session: SessionInfo) => Promise<'stop' | undefined>

function jsonLines(output: Output): Print {
  return async (session) => {
    output.jsonLine(session)
    return undefined
  }
}

/** Prints a line per session, more where the terminal is narrow, and on a terminal waits after each screen. */
function table(output: Output, invocation: Invocation): Print {
  const { head, lines } = sessionLines(output.width)
  const pager = createPager(invocation)
  let isFirst = true
  return async (session) => {
    const heads = isFirst ? head.map((text) => () => output.line({ text, style: 'quiet' })) : []
    const rows = lines(session, Date.now()).map((text) => () => output.raw(text))
    isFirst = false
    for (const print of [...heads, ...rows]) {
      print()
      if ((await pager()) === 'stop') return 'stop'
    }
    return undefined
  }
}

function parseLimit(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give a whole number above 0.')
}
