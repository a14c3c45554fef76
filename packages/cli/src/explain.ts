import { SessionStoreError, SessionUsageError } from '@sojourn/core'
import { ErrorReply } from 'redis'
import { exitStatus } from './exit-status.ts'
import { Failure, usageFailure } from './failure.ts'

/** Returns what a failed command tells the operator, and the status that it exits with. */
export function explain(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof SessionUsageError)
    return usageFailure(error.message, 'sojourn COMMAND --help shows the options.')
  if (error instanceof SessionStoreError) return explainStore(error)
  if (error instanceof ErrorReply) return explainReply(error)
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new Failure(exitStatus.defect, trace, 'This is a defect of sojourn. Please report it.')
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
