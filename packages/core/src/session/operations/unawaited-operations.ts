import { withoutData } from '../../error-cause.ts'
import type { TracedOperation } from '../../tracing.ts'
import { afterPoll } from '../../util/after-poll.ts'
import type { ManagerContext, SessionState } from '../state.ts'
import { OperationPromise, type RunningOperation } from './operation-promise.ts'

/**
 * Starts an operation of a session. If the application forgets to await it, its failure would be an unhandled rejection,
 * which ends the process, and a visitor can cause one. So the promise counts as handled, and a failure that the
 * application does not handle fails the commit, which waits for the operation anyway (`takeOverFailure`).
 */
export function startOperation<Result>(
  context: ManagerContext,
  state: SessionState,
  { name, run }: { name: TracedOperation; run: () => Promise<Result> },
): Promise<Result> {
  const { tracing } = context
  const running = tracing.isActive ? tracing.run(name, run) : run()
  const promise = new OperationPromise<Result>((resolve, reject) => running.then(resolve, reject))
  const forget = () => {
    state.operations = state.operations.filter((other) => other !== operation)
  }
  const done = running.then(forget, async (error: Error) => {
    promise.markHandled()
    await new Promise<void>((resolve) => afterPoll(resolve)) // an `await` calls `then` in a later microtask
    forget()
    if (promise.isHandled) return
    state.failure ??= { error, operation }
    context.emit('failed', { operation: name, error: reportable(error) })
    if (!context.config.development) return
    if (state.isSent() && !state.committing)
      context.warnOnce(
        `session.${name}() failed after the response headers had left, so no response tells of it, and nothing awaits it: ${Object(error).message}`,
      )
    if (promise.isChained)
      context.warnOnce(
        `session.${name}().then(…) has no catch, so nothing responds where ${name}() fails. Write: await session.${name}(…)`,
      )
  })
  const operation: RunningOperation = { name, promise, done }
  state.operations = [...state.operations, operation]
  return promise
}

/**
 * Throws the failure of an operation that the application has not handled; the response then fails with it. `called` are
 * the operations that were running when the commit was called. In development, warns of those that nothing awaits, also
 * if they have succeeded.
 */
export function takeOverFailure(
  context: ManagerContext,
  state: SessionState,
  called: readonly RunningOperation[],
): void {
  const { failure } = state
  state.failure = undefined
  const forgotten = failure && !failure.operation.promise.isHandled ? failure : undefined
  if (context.config.development)
    for (const { name, promise } of forgotten ? [...called, forgotten.operation] : called)
      if (!promise.isHandled)
        context.warnOnce(
          `session.${name}() was not awaited, so the handler went on before it was done and cannot see it fail. Write: await session.${name}(…)`,
        )
  if (forgotten) throw forgotten.error
}

/** Returns what an event may hold of an error: one that the application has thrown may carry anything. */
function reportable(error: unknown): Error {
  const copy = withoutData(error)
  return copy instanceof Error ? copy : new Error(String(copy))
}
