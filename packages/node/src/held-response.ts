/*
 * The held response: how a commit finishes before the first byte of a response is sent.
 *
 * Node has no asynchronous hook that runs before it sends the head of a response. `beforeHeaders` adds one. It replaces
 * the methods of a response that send something by those of a queue (write-queue.ts), which is in one of three states:
 *
 *     passing ──1──> queued ──2──> passing ("flushed")
 *                      │
 *                      └────3──> discarded; a second queue, for the error handler, is passing
 *
 *   1. The first call that would send the head (`writeHead`, `write`, `end`, `flushHeaders`) starts the commits. If one
 *      of them is pending, this call and all later ones are queued. Otherwise all of these calls go to Node at once.
 *   2. When all commits are saved, `flush` below makes the queued calls in order.
 *   3. When a commit rejects, `failResponse` below drops the queued calls, so that nothing of the handler's response is
 *      sent. The same happens when Node throws for a queued call, as for a line break in the status message. The
 *      response gets back the head that it had when `beforeHeaders` was called; the cookies of commits that were saved
 *      and the error's status and headers are added. Then `fail(error)` is called, once. (If the head was sent before
 *      Node threw, it cannot be replaced: the connection is cut, and `fail(error)` is still called.)
 *
 * What each party sees of the response:
 *
 *   passing         Everything is as without this package.
 *
 *   queued          The response looks sent (sent-override.ts), so that a second send fails as without this package.
 *     handler       `headersSent` is true, and changing headers throws ERR_HTTP_HEADERS_SENT. `write` returns false.
 *                   After `end`, `writableEnded` is true and `writableFinished` false. Callbacks are called after the
 *                   flush. On HTTP/1, invalid chunks throw at once.
 *     streams       Pause if they respect backpressure, because `write` returned false.
 *     commits       Set headers through `nodeCarrier`, which bypasses the override.
 *
 *   flushed         Everything is as after a send without this package. Paused streams get 'drain' (backpressure.ts).
 *
 *   discarded       The old handler and the error handler use the same object; error-response.ts distinguishes them.
 *     old handler   Its calls do nothing. `write` returns false, and callbacks receive an error.
 *     streams       Are unpiped. They are destroyed when the response has closed, unless something else reads them.
 *     error handler Gets an unsent response: `headersSent` is false, and headers can be changed. Its calls go through
 *                   the second queue, because it may change sessions too.
 *
 * When the response has closed, the commits run once more. This saves the changes of a request whose client left before
 * the first byte, and reports changes that were made too late. If these commits fail, only core's events show it.
 *
 * Until a commit fails, all responses share the functions that replace their methods and properties; a function finds
 * its state on the response. With closures per response, V8 would create a hidden class per response: mounting a
 * session on a request that never uses it took 24 to 30 µs with closures, and takes 3 to 4 µs without.
 */
import type { ServerResponse } from 'node:http'
import { trackBackpressure } from './backpressure.ts'
import { type BeforeHeaders, commitAll, type Failure } from './commits.ts'
import { callErrorHandler } from './error-response.ts'
import { addedSince, addFields, applyErrorHead, type Head, headOf, restoreHead } from './head.ts'
import { asHttp1, cutOff, type NodeResponse } from './http2.ts'
import { nextTick } from './timers.ts'
import { createQueueMethods, queueWrites } from './write-queue.ts'

interface HoldState {
  readonly hooks: BeforeHeaders[]
  /** The head to restore if a commit fails: as it was at the last call of `beforeHeaders`. */
  initialHead: Head
}

/** The same symbol for every copy of this package in a process: the second must not hold a response that is held. */
const key: unique symbol = Symbol.for('sojourn.node.held-response/1')

interface HoldableResponse extends ServerResponse {
  [key]?: HoldState
}

/**
 * Runs `hook.commit()` before the first byte of a response is sent, whatever sends it, streams and errors included.
 * If `commit` returns a promise, the response is held until it resolves: writes are queued, and the response looks
 * sent. If it rejects, the queued writes are dropped and `hook.fail(error)` is called, with the error's status and
 * headers on the response. Can be called several times for a response; all its commits run in parallel.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { beforeHeaders } from '@sojourn/node'
 *
 * createServer((request, response) => {
 *   beforeHeaders(response, {
 *     commit: () => save(request),
 *     fail: () => response.end('Not saved.\n'), // the status is the error's, or 500
 *   })
 *   response.end('Saved.\n') // sent when `save` has resolved
 * })
 * ```
 */
export function beforeHeaders(response: NodeResponse, hook: BeforeHeaders): void {
  const holdable: HoldableResponse = asHttp1(response)
  const state = holdable[key]
  if (state) {
    state.hooks.push(hook)
    state.initialHead = headOf(holdable)
  } else hold(holdable, hook)
}

function hold(response: HoldableResponse, firstHook: BeforeHeaders): void {
  const state: HoldState = { hooks: [firstHook], initialHead: headOf(response) }
  const { hooks } = state
  response[key] = state
  const backpressure = trackBackpressure(response)
  let queue = queueWrites(response, commitBeforeHead)
  response.once('close', commitAfterClose)

  /** Starts the commits. Returns true if the response has to wait for them. */
  function commitBeforeHead(): boolean {
    // One of several commits may set headers at once while another is pending: read the handler's head before that.
    let handlerHead = hooks.length > 1 ? headOf(response) : undefined
    const isPending = commit((failure) =>
      failure ? failResponse(failure, handlerHead) : flush(handlerHead),
    )
    if (isPending) handlerHead ??= headOf(response) // a single commit that is pending has set nothing yet
    return isPending
  }

  function commitAfterClose(): void {
    commit(() => undefined)
  }

  /** Starts the commits. If one is pending, returns true and calls `then` when all have ended; else returns false. */
  function commit(then: (failure: Failure | undefined) => void): boolean {
    const committing = commitAll(hooks)
    committing?.then(then).catch(() => cutOff(response))
    return committing !== undefined
  }

  function flush(handlerHead: Head | undefined): void {
    try {
      if (queue.flush()) nextTick(backpressure.resume)
    } catch (error) {
      failResponse({ error, hook: firstHook }, handlerHead)
    }
  }

  function failResponse({ error, hook }: Failure, handlerHead?: Head): void {
    const committed = handlerHead ? addedSince(response, handlerHead) : []
    const hasEnded = queue.discard(error)
    backpressure.detach()
    if (response.headersSent) cutOff(response)
    else {
      restoreHead(response, state.initialHead)
      addFields(response, committed)
      applyErrorHead(response, error)
      queue = queueWrites(response, commitBeforeHead, createQueueMethods())
    }
    // Called outside of the promise chain, whose `catch` would hide what the application's error handler throws.
    const call = () => nextTick(() => hook.fail(error))
    callErrorHandler(response, { call, hasEnded })
  }
}
