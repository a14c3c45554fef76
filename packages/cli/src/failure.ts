import { type ExitStatus, exitStatus } from './exit-status.ts'

/**
 * A failure that the operator can do something about: `message` says in one sentence what is, `remedy` what to do. Neither
 * may hold a password, a token or a secret.
 */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly remedy: string
  readonly status: ExitStatus

  constructor(status: ExitStatus, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.remedy = remedy
  }
}

/** Returns the failure of a wrong argument. */
export function usageFailure(message: string, remedy: string): Failure {
  return new Failure(exitStatus.usage, message, remedy)
}
