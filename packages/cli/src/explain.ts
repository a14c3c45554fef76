import { SessionStoreError, SessionUsageError } from '@sojourn/core'
import { CommanderError } from 'commander'
import { ErrorReply } from 'redis'
import { exitStatus } from './exit-status.ts'
import { Failure, usageFailure } from './failure.ts'

const helpRemedy = 'sojourn COMMAND --help shows the options.'

/** Returns what a failed command tells the operator, and the status that it exits with. */
export function explain(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof SessionUsageError) return usageFailure(error.message, helpRemedy)
  if (error instanceof CommanderError) return explainArguments(error)
  if (error instanceof SessionStoreError) return explainStore(error)
  if (error instanceof ErrorReply) return explainReply(error)
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new Failure(exitStatus.defect, trace, 'This is a defect of sojourn. Please report it.')
}

/**
 * Commander repeats the argument that it does not know. Where that may have a password in it, in a URL or behind the name of an
 * option, it is left out.
 */
function explainArguments({ code, message }: CommanderError): Failure {
  if (code === 'commander.help')
    return usageFailure('There is no command.', 'sojourn --help lists them.')
  const safe = message
    .replace(/^error: /, '')
    .replace(/:\/\/\S*@/g, '://…@')
    .replace(/(unknown option '(?:--[^=]*=|-[^-])).+'/s, "$1…'")
  return usageFailure(`${safe[0]?.toUpperCase()}${safe.slice(1)}`, helpRemedy)
}

/** The detail of a store's error is for operators: it says what to do. */
function explainStore({ code, detail }: SessionStoreError): Failure {
  const isAway = code === 'ERR_STORE_UNAVAILABLE' || code === 'ERR_STORE_TIMEOUT'
  const status = isAway ? exitStatus.unreachable : exitStatus.wrong
  return new Failure(status, detail, 'sojourn doctor looks for the cause.')
}

function explainReply({ message }: ErrorReply): Failure {
  const isDenied = message.startsWith('NOPERM')
  return new Failure(
    exitStatus.wrong,
    `Redis refused: ${message}`,
    isDenied
      ? 'Log in as a user with this right; sojourn acl prints the rights that sessions need.'
      : 'sojourn doctor looks for the cause.',
  )
}
