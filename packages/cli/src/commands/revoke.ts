import type { Command } from 'commander'
import { usageFailure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { createOutput, type Output } from '../output/output.ts'
import { askFirst } from '../sessions/confirm.ts'
import { openSessions, type Sessions } from '../sessions/open-sessions.ts'
import { addSessionCommand, type SessionOptions } from '../sessions/options.ts'
import { splitArguments } from '../sessions/split-arguments.ts'

interface RevokeOptions extends SessionOptions {
  readonly user?: string
  readonly all?: boolean
  readonly yes?: boolean
}

/** What a command that ends sessions works with. */
interface Revocation {
  readonly sessions: Sessions
  readonly output: Output
  readonly isSure: boolean
  readonly invocation: Invocation
}

/** Adds `sojourn revoke`, which ends one session, those of a user, or all. */
export function addRevoke(program: Command, invocation: Invocation): void {
  addSessionCommand(
    program,
    'revoke',
    'End one session by its id, all of a user, or all of the application.',
  )
    .option('--user <id>', 'end all sessions of this user')
    .option('--all', 'end the sessions of everybody, as after an intrusion')
    .option('--yes', 'do not ask first')
    .usage('[id] [url...] [options]')
    .action(async (args: readonly string[], options: RevokeOptions) => {
      const { id, urls } = splitArguments(args)
      checkOne([id, options.user, options.all])
      const sessions = await openSessions(urls, options, invocation)
      const output = createOutput(invocation.stdout, options)
      const revocation = { sessions, output, isSure: options.yes === true, invocation }
      if (options.all) return revokeEverybody(revocation)
      return id === undefined
        ? revokeUser(options.user ?? '', revocation)
        : revokeOne(id, revocation)
    })
}

async function revokeOne(id: string, { sessions, output, isSure, invocation }: Revocation) {
  await askFirst({ question: `End the session ${id}?` }, isSure, invocation)
  const wasAlive = await sessions.manager.revoke(id)
  if (output.isJson) return output.json({ id, wasAlive })
  output.line(wasAlive ? `Ended: ${id}` : `No session ${id} is alive. Nothing was done.`)
}

async function revokeUser(userId: string, { sessions, output, isSure, invocation }: Revocation) {
  const { manager } = sessions
  if (!isSure) {
    const { length } = await manager.sessions(userId)
    await askFirst({ question: `End ${length} sessions of ${userId}?` }, isSure, invocation)
  }
  const progress = { ended: 0, isDone: false }
  manager.on('ended', () => progress.ended++)
  reportInterruption(invocation, () =>
    progress.isDone
      ? undefined
      : `Interrupted: ${progress.ended} sessions of ${userId} have ended, perhaps not all. Run it again.`,
  )
  const ended = await manager.revokeAll(userId)
  progress.isDone = true
  if (output.isJson) return output.json({ userId, ended })
  output.line(`Ended: ${ended} ${ended === 1 ? 'session' : 'sessions'} of ${userId}`)
}

async function revokeEverybody({ sessions, output, isSure, invocation }: Revocation) {
  const { manager } = sessions
  const question = 'End the sessions of everybody, users and visitors?'
  await askFirst({ question, word: 'everybody' }, isSure, invocation)
  const progress = { isDone: false }
  reportInterruption(invocation, () =>
    progress.isDone
      ? undefined
      : 'Interrupted: some sessions have ended, and some may not have. Run it again.',
  )
  await manager.revokeEverybody()
  progress.isDone = true
  if (output.isJson) return output.json({ everybody: true })
  output.line('Ended: the sessions of everybody')
}

/** Says what was done if the command ends before it is done: by Ctrl-C, SIGTERM or a failure. */
function reportInterruption({ stderr, defer }: Invocation, report: () => string | undefined): void {
  const notes = createOutput(stderr, { color: false })
  defer(() => {
    const what = report()
    if (what !== undefined) notes.line(what)
  })
}

function checkOne(given: readonly unknown[]): void {
  if (given.filter((each) => each !== undefined).length !== 1)
    throw usageFailure(
      'What to end must be said in one way.',
      'Give the id of a session, or --user ID, or --all.',
    )
}
