import type { ServerResponse } from 'node:http'
import { isHttp2 } from './http2.ts'
import { throwHeadersSent } from './override-by-properties.ts'
import { overrideSent } from './override-sent.ts'
import type { SentOverride } from './sent-override.ts'
import { setImmediate } from './timers.ts'
import { applyHeaders, isStatus, parseWriteHead } from './write-head.ts'

type Operation = 'writeHead' | 'write' | 'end' | 'flushHeaders' | 'flush'
type Arguments = readonly unknown[]

interface Call {
  readonly operation: Operation
  readonly args: Arguments
}

type Method = (this: never, ...args: Arguments) => unknown

/** The methods that replace a response's own. They find the queue on `this`, so many responses can share them. */
export interface QueueMethods {
  readonly methods: Readonly<Record<Exclude<Operation, 'flush'>, Method>>
  readonly flush: Method
}

/**
 * Creates the methods of the queues that `queueOf` finds. A response needs a set of them for each of its queues: callers
 * such as `compression` keep the methods of the first queue; their calls must still go to the first queue, which discards
 * them.
 */
export function createQueueMethods<Response extends ServerResponse>(
  queueOf: (response: Response) => WriteQueue,
): QueueMethods {
  return {
    methods: {
      writeHead(this: Response, ...args) {
        return writeHead(queueOf(this), args)
      },
      write(this: Response, ...args) {
        return sendOrQueue(queueOf(this), { operation: 'write', args }, false)
      },
      end(this: Response, ...args) {
        return sendOrQueue(queueOf(this), { operation: 'end', args }, this)
      },
      flushHeaders(this: Response) {
        flushHeaders(queueOf(this))
      },
    },
    flush(this: Response) {
      flushCompressed(queueOf(this))
    },
  }
}

/** Whose commits must be done before the head is sent. */
export interface QueueOwner {
  /**
   * Starts the commits. Called before the first operation that sends the head. If it returns true, this operation and all
   * later ones are queued, and the response looks sent, until `flush` or `discard`.
   */
  commitBeforeHead(queue: WriteQueue): boolean
}

/** The queue between the callers of a response's methods and Node. held-response.ts describes its states. */
export class WriteQueue {
  readonly response: ServerResponse
  readonly owner: QueueOwner
  readonly originals: Readonly<Record<Operation, (...args: never) => unknown>>
  state: 'passing' | 'queued' | 'discarded' = 'passing'
  /** Why the calls were discarded. */
  reason: unknown = undefined
  calls: Call[] = []
  /** Whether an original method is running. The calls that it makes are not queued: Node's `end` calls `writeHead`. */
  isSending = false
  override: SentOverride | undefined = undefined

  constructor(response: ServerResponse, owner: QueueOwner) {
    this.response = response
    this.owner = owner
    this.originals = originalsOf(response)
  }

  /** Puts the queue in front of the response's methods. From here on, the methods must find it on the response. */
  install({ methods, flush }: QueueMethods): void {
    const { response } = this
    Object.assign(response, methods)
    if ('writeHeader' in response) Object.assign(response, { writeHeader: methods.writeHead })
    // `flush` is added by `compression` mounted before. Unqueued, it would run before the queued `write` whose data it
    // should send, and an event of an event stream could stay in the buffer of `compression` forever.
    if ('flush' in response) Object.assign(response, { flush })
  }

  /** Makes the queued calls in order; later ones go to Node at once. Returns true if writers must be sent 'drain'. */
  flush(): boolean {
    const calls = takeCalls(this, 'passing')
    const results = calls.map((call) => callOriginal(this, call))
    // If an original `write` returned false, Node emits 'drain' itself.
    return includes(calls, 'write') && !includes(calls, 'end') && !results.includes(false)
  }

  /**
   * Drops the queued calls and all later ones; their callbacks receive `reason`. Returns true if `end` was among the
   * queued calls.
   */
  discard(reason: unknown): boolean {
    const { response, originals } = this
    const calls = takeCalls(this, 'discarded')
    this.reason = reason
    for (const { args } of calls) callBack(args, reason)
    Object.assign(response, originals)
    if ('writeHeader' in response) response.writeHeader = originals.writeHead
    return includes(calls, 'end')
  }
}

/** Turns the override off, sets the state to `next`, and returns the queued calls. */
function takeCalls(queue: WriteQueue, next: 'passing' | 'discarded'): readonly Call[] {
  queue.override?.restore()
  queue.override = undefined
  queue.state = next
  const { calls } = queue
  queue.calls = []
  return calls
}

function writeHead(queue: WriteQueue, args: Arguments): unknown {
  const { response, state } = queue
  if (state === 'queued') throwHeadersSent(response, 'write')
  if (state === 'discarded') return response
  const { status, message, headers } = parseWriteHead(args)
  if (isBeingSent(queue) || !isStatus(status))
    return callOriginal(queue, { operation: 'writeHead', args })
  // Set here, before the commit, which adds its headers to these. Node's `writeHead` would set them after it.
  if (headers) applyHeaders(response, headers)
  response.statusCode = Number(status)
  if (message !== undefined) response.statusMessage = message
  return sendOrQueue(queue, { operation: 'writeHead', args: [status] }, response)
}

/**
 * Calls the response's current `writeHead` first: if `compression` is mounted after, it has wrapped that method, and
 * decides in it whether to compress the body.
 */
function flushHeaders(queue: WriteQueue): void {
  const { response, state } = queue
  if (state === 'passing' && !isBeingSent(queue)) response.writeHead(response.statusCode)
  sendOrQueue(queue, { operation: 'flushHeaders', args: [] }, undefined)
}

/** Makes, queues or drops a call of the `flush` that `compression` adds. It sends no head, so it starts no commit. */
function flushCompressed(queue: WriteQueue): void {
  const call: Call = { operation: 'flush', args: [] }
  if (queue.state === 'queued') queue.calls.push(call)
  else if (queue.state === 'passing') callOriginal(queue, call)
}

/** Makes a call; or queues or drops it, and returns `instead`. Starts the commits before the first call. */
function sendOrQueue(queue: WriteQueue, call: Call, instead: unknown): unknown {
  // On HTTP/1 Node throws for an invalid chunk before it sends anything, so no commit is needed. On HTTP/2 it sends the
  // head first.
  if (isInvalid(call) && !isHttp2(queue.response)) return callOriginal(queue, call)
  if (queue.state === 'passing' && !isBeingSent(queue) && queue.owner.commitBeforeHead(queue))
    startQueue(queue)
  if (queue.state === 'passing') return callOriginal(queue, call)
  if (queue.state === 'queued') enqueue(queue, call)
  else callBack(call.args, queue.reason)
  return instead
}

function enqueue(queue: WriteQueue, call: Call): void {
  queue.calls.push(call)
  if (call.operation === 'write') queue.override?.markWritten()
  if (call.operation === 'end') queue.override?.markEnded()
}

function startQueue(queue: WriteQueue): void {
  queue.state = 'queued'
  queue.override = overrideSent(queue.response, {
    hasEnded: () => includes(queue.calls, 'end'),
    needsDrain: () => includes(queue.calls, 'write'),
  })
}

function callOriginal(queue: WriteQueue, { operation, args }: Call): unknown {
  const wasSending = queue.isSending
  queue.isSending = true
  try {
    return Reflect.apply(queue.originals[operation], queue.response, args)
  } finally {
    queue.isSending = wasSending
  }
}

function isBeingSent({ isSending, response }: WriteQueue): boolean {
  return isSending || response.headersSent
}

function includes(calls: readonly Call[], wanted: Operation): boolean {
  return calls.some(({ operation }) => operation === wanted)
}

/**
 * Passes `reason` to the callback of a discarded call, in a later turn of the event loop: a caller that writes again in
 * its callback would otherwise block the event loop forever.
 */
export function callBack(args: Arguments, reason: unknown): void {
  const last = args.at(-1)
  if (typeof last === 'function') setImmediate(() => last(reason))
}

function doNothing(): void {}

function originalsOf(response: ServerResponse): WriteQueue['originals'] {
  const { writeHead, write, end, flushHeaders } = response
  const flush = 'flush' in response ? (response.flush as () => void) : doNothing
  return { writeHead, write, end, flushHeaders, flush }
}

/** Returns true for a call with a chunk that makes Node throw. */
function isInvalid({ operation, args: [chunk] }: Call): boolean {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return false
  if (operation === 'end') return Boolean(chunk) && typeof chunk !== 'function'
  return operation === 'write'
}
