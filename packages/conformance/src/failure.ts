/** What is known of a case that failed. */
interface FailureContext {
  readonly id: string
  readonly title: string
  /** What the clause or the promise demands. */
  readonly demand: string | undefined
  /** The operations of the case, oldest first. */
  readonly operations: readonly string[]
}

/**
 * Why a case failed: what the clause demands, what happened, and the operations in order. Its `cause` is what the case
 * has thrown.
 */
export class CaseFailure extends Error {
  override readonly name = 'CaseFailure'
  /** What the clause or the promise demands. */
  readonly demand: string | undefined
  /** What happened: the message of what the case has thrown, with the whole difference, and those of its causes. */
  readonly happened: string
  /** The operations of the case on the database, oldest first, with their outcomes. */
  readonly operations: readonly string[]

  constructor({ id, title, demand, operations }: FailureContext, cause: unknown) {
    const happened = messagesOf(cause).join('\nbecause: ')
    super(textOf({ id, title, demand, operations }, happened), { cause })
    this.demand = demand
    this.happened = happened
    this.operations = operations
  }
}

function textOf({ id, title, demand, operations }: FailureContext, happened: string): string {
  return [
    `${id} ${title}`,
    ...(demand === undefined ? [] : [`Demanded: ${demand}`]),
    `What happened: ${happened}`,
    ...(operations.length === 0 ? [] : [['Operations, in order:', ...operations].join('\n  ')]),
  ].join('\n\n')
}

/** Returns the message of an error and those of its causes. */
function messagesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  return [error.message, ...(error.cause === undefined ? [] : messagesOf(error.cause))]
}
