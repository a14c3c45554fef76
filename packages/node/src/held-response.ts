import type { ServerResponse } from 'node:http'
import { trackBackpressure } from './backpressure.ts'
import { type BeforeHeaders, commitAll, type Failure } from './commits.ts'
import { callErrorHandler } from './error-response.ts'
import { add, addedSince, applyErrorHead, type Head, headOf, restoreHead } from './head.ts'
import { asHttp1, cutOff, type NodeResponse } from './http2.ts'
import { createQueueMethods, queueWrites } from './write-queue.ts'

interface Guarded {
  readonly befores: BeforeHeaders[]
  /** The head as the middleware found it. */
  found: Head
}

const key = Symbol('guarded')

interface GuardedResponse extends ServerResponse {
  [key]?: Guarded
}

/**
 * Has `before.commit()` finish before the first byte of a response leaves: whatever way it leaves, streams and errors
 * included. Where the commit has nothing to wait for, the response passes untouched. Else it is *held*: what is
 * written is kept in order and sent afterwards; `write` answers false meanwhile, so that who minds backpressure waits.
 *
 * Where a commit fails, all that was written is dropped and no byte of it leaves, the head is again what it was when
 * this was called, with the status and the headers that the error brings along, and `before.fail(error)` must answer.
 *
 * Called again for a response, it adds one more commit; all of them run side by side.
 */
export function beforeHeaders(answer: NodeResponse, before: BeforeHeaders): void {
  const response: GuardedResponse = asHttp1(answer)
  const guarded = response[key]
  if (guarded) {
    guarded.befores.push(before)
    guarded.found = headOf(response)
  } else guard(response, before)
}

function guard(response: GuardedResponse, before: BeforeHeaders): void {
  const guarded: Guarded = { befores: [before], found: headOf(response) }
  const { befores } = guarded
  response[key] = guarded
  const producers = trackBackpressure(response)
  let gate = queueWrites(response, begin)
  response.once('close', close)

  function begin(): boolean {
    let head = befores.length > 1 ? headOf(response) : undefined
    const isHeld = commit((failure) => (failure ? giveUp(failure, head) : release(head)))
    if (isHeld) head ??= headOf(response) // a single commit that takes its time has set nothing yet
    return isHeld
  }

  /**
   * The end of a response is the last chance to keep what was changed, where nothing was sent, or to tell that it came
   * too late. A failure has nobody left to be told to; core has told of it by an event.
   */
  function close(): void {
    commit(() => undefined)
  }

  /** Says whether there is something to wait for; a manager puts its commits in order itself. */
  function commit(then: (failure: Failure | undefined) => void): boolean {
    const committing = commitAll(befores)
    committing?.then(then).catch(() => cutOff(response))
    return committing !== undefined
  }

  /** What Node finds wrong only now fails the response, but no commit: their cookies leave all the same. */
  function release(head: Head | undefined): void {
    try {
      if (gate.flush()) process.nextTick(producers.resume)
    } catch (error) {
      giveUp({ error, before }, head)
    }
  }

  function giveUp({ error, before }: Failure, head?: Head): void {
    const added = head ? addedSince(response, head) : []
    const hasEnded = gate.discard(error)
    producers.detach()
    if (response.headersSent) cutOff(response)
    else {
      restoreHead(response, guarded.found)
      add(response, added)
      applyErrorHead(response, error)
      gate = queueWrites(response, begin, createQueueMethods())
    }
    // Outside of the promise: what the application throws is its own, and no unhandled rejection of ours.
    const call = () => process.nextTick(() => before.fail(error))
    callErrorHandler(response, { call, hasEnded })
  }
}
