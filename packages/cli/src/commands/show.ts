import type { StoredSession } from '@sojourn/core'
import type { Command } from 'commander'
import { exitStatus } from '../exit-status.ts'
import { Failure, usageFailure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { createOutput } from '../output/output.ts'
import { dataText, plainData } from '../sessions/data-text.ts'
import { describeInfo } from '../sessions/describe.ts'
import { type Data, openSessions } from '../sessions/open-sessions.ts'
import { addSessionCommand, type SessionOptions } from '../sessions/options.ts'
import { splitArguments } from '../sessions/split-arguments.ts'

interface ShowOptions extends SessionOptions {
  readonly data?: boolean
}

/** Adds `sojourn show`, which prints one session by its id. */
export function addShow(program: Command, invocation: Invocation): void {
  addSessionCommand(
    program,
    'show',
    'Show one session by its id, which is public. Its token stays unknown.',
  )
    .option('--data', 'show its data too: what the application keeps of a person')
    .usage('<id> [url...] [options]')
    .action(async (args: readonly string[], options: ShowOptions) => {
      const { id, urls } = splitArguments(args)
      if (id === undefined)
        throw usageFailure('Which session is to be shown?', 'Give its id; sojourn list shows ids.')
      const { manager } = await openSessions(urls, options, invocation)
      const select = (session: StoredSession<Data>) => ({
        info: { ...session },
        data: options.data ? session.data : undefined,
      })
      const found = await manager.inspect(id, { select })
      if (!found) throw notAlive(id)
      const output = createOutput(invocation.stdout, options)
      const { info, data } = found
      if (output.isJson)
        return output.json(data === undefined ? info : { ...info, data: plainData(data) })
      output.table({ rows: describeInfo(info, Date.now()) })
      if (data === undefined) return
      output.line()
      output.block(dataText(data))
    })
}

function notAlive(id: string): Failure {
  return new Failure(
    exitStatus.wrong,
    `No session ${id} is alive.`,
    'It has ended, or it is of another application: check the id, --secret-file or --index-key-file, --cookie-name and --namespace.',
  )
}
