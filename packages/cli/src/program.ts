import { Command } from 'commander'
import { addAcl } from './commands/acl.ts'
import { addDecode } from './commands/decode.ts'
import { addDoctor } from './commands/doctor.ts'
import { addList } from './commands/list.ts'
import { addMigrate } from './commands/migrate.ts'
import { addRevoke } from './commands/revoke.ts'
import { addScan } from './commands/scan.ts'
import { addSecret } from './commands/secret.ts'
import { addShow } from './commands/show.ts'
import { addStats } from './commands/stats.ts'
import { addTop } from './commands/top.ts'
import type { Invocation } from './invocation.ts'
import { columnsOf } from './output/terminal-size.ts'
import { version } from './version.ts'

/** The commands, in the order of the help. Each file of `commands` adds one. */
const commands: readonly ((program: Command, invocation: Invocation) => void)[] = [
  addDoctor,
  addStats,
  addTop,
  addList,
  addShow,
  addRevoke,
  addScan,
  addSecret,
  addDecode,
  addAcl,
  addMigrate,
]

/** Creates the parser of the command line. It throws a `CommanderError` instead of exiting. */
export function createProgram(invocation: Invocation): Command {
  const { stdout, stderr } = invocation
  const program = new Command('sojourn')
    .description('Checks the Redis of your sessions, shows and revokes sessions, makes secrets.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: () => undefined, // `run` reports them
      getOutHelpWidth: () => columnsOf(stdout),
      getErrHelpWidth: () => columnsOf(stderr),
    })
  for (const add of commands) add(program, invocation)
  return program
}
