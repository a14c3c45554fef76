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
 *   queued          The response looks sent (override-sent.ts), so that a second send fails as without this package.
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
 * Until a commit fails, all responses share the functions that replace their methods; a function finds
 * its state on the response. With closures per response, V8 would create a hidden class per response: mounting a
 * session on a request that never uses it took 24 to 30 µs with closures, and takes 3 to 4 µs without.
 */
import type { ServerResponse } from 'node:http'
import { detachWriters, resumeWriters, trackBackpressure } from './backpressure.ts'
import { type BeforeHeaders, commitAll, type Failure } from './commits.ts'
import { callErrorHandler } from './error-response.ts'
import { addedSince, addFields, applyErrorHead, type Head, headOf, restoreHead } from './head.ts'
import { asHttp1, cutOff, type NodeResponse } from './http2.ts'
import { nextTick } from './timers.ts'
import { createQueueMethods, type QueueOwner, WriteQueue } from './write-queue.ts'

/** The same symbol for every copy of this package in a process: the second must not hold a response that is held. */
const key: unique symbol = Symbol.for('sojourn.node.held-response/1')

interface HoldableResponse extends ServerResponse {
  [key]?: HeldResponse
}

type HeldNow = Required<Pick<HoldableResponse, typeof key>> & ServerResponse

/** Shared by all responses, as the listener below is. */
const heldMethods = createQueueMethods<HeldNow>((response) => response[key].queue)

function commitAfterClose(this: HeldNow): void {
  this[key].commitAfterClose()
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
  const held = holdable[key]
  if (held) {
    held.hooks.push(hook)
    held.initialHead = headOf(holdable)
    return
  }
  holdable[key] = new HeldResponse(holdable, hook)
  holdable[key].hold()
}

/** A response, its commits, and the queue in front of it. */
class HeldResponse implements QueueOwner {
  readonly hooks: BeforeHeaders[]
  /** The head to restore if a commit fails: as it was at the last call of `beforeHeaders`. */
  initialHead: Head
  /** The queue of the handler's calls. */
  readonly queue: WriteQueue
  readonly #response: ServerResponse

  constructor(response: ServerResponse, hook: BeforeHeaders) {
    this.#response = response
    this.hooks = [hook]
    this.initialHead = headOf(response)
    this.queue = new WriteQueue(response, this)
  }

  hold(): void {
    trackBackpressure(this.#response)
    this.queue.install(heldMethods)
    this.#response.on('close', commitAfterClose)
  }

  /** Starts the commits. Returns true if the response has to wait for them. */
  commitBeforeHead(queue: WriteQueue): boolean {
    const { hooks } = this
    // One of several commits may set headers at once while another is pending: read the handler's head before that.
    const earlyHead = hooks.length > 1 ? headOf(this.#response) : undefined
    const committing = commitAll(hooks)
    if (!committing) return false
    const handlerHead = earlyHead ?? headOf(this.#response) // a single commit that is pending has set nothing yet
    this.#then(committing, (failure) =>
      failure ? this.#fail(queue, failure, handlerHead) : this.#flush(queue, handlerHead),
    )
    return true
  }

  commitAfterClose(): void {
    const committing = commitAll(this.hooks)
    if (committing) this.#then(committing, () => undefined)
  }

  #then(
    committing: Promise<Failure | undefined>,
    act: (failure: Failure | undefined) => void,
  ): void {
    committing.then(act).catch(() => cutOff(this.#response))
  }

  #flush(queue: WriteQueue, handlerHead: Head): void {
    try {
      if (queue.flush()) nextTick(resumeWriters, this.#response)
    } catch (error) {
      const [hook] = this.hooks as [BeforeHeaders]
      this.#fail(queue, { error, hook }, handlerHead)
    }
  }

  #fail(queue: WriteQueue, { error, hook }: Failure, handlerHead: Head): void {
    const response = this.#response
    const committed = addedSince(response, handlerHead)
    const hasEnded = queue.discard(error)
    detachWriters(response)
    if (response.headersSent) cutOff(response)
    else {
      restoreHead(response, this.initialHead)
      addFields(response, committed)
      applyErrorHead(response, error)
      const next = new WriteQueue(response, this)
      next.install(createQueueMethods(() => next))
    }
    // Called outside of the promise chain, whose `catch` would hide what the application's error handler throws.
    const call = () => nextTick(() => hook.fail(error))
    callErrorHandler(response, { call, hasEnded })
  }
}
