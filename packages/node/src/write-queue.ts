import type { ServerResponse } from 'node:http'
import { isHttp2 } from './http2.ts'
import { overrideSent, refuse, type SentOverride } from './sent-override.ts'
import { applyFields, isStatus, readHead } from './write-head.ts'

/** What a response has to pass on its way out. */
export interface WriteQueue {
  /** Sends what was kept, in order, and all that follows at once. Says whether it was less than who wrote it feared. */
  flush(): boolean
  /**
   * Drops what was kept and all that still comes this way. Whoever waits for it is told why. Says whether the response
   * had been ended.
   */
  discard(why: unknown): boolean
}

type Operation = 'writeHead' | 'write' | 'end' | 'flushHeaders' | 'flush'
type Arguments = readonly unknown[]

/** One gate, and what it is before. */
interface QueueState {
  readonly response: ServerResponse
  /** Asked by the first operation that would send the head: whether to wait. */
  readonly begin: () => boolean
  readonly originals: Record<Operation, (...args: never) => unknown>
  state: 'open' | 'waiting' | 'shut'
  reason: unknown
  kept: { readonly operation: Operation; readonly args: Arguments }[]
  isPassing: boolean
  disguise: SentOverride | undefined
}

type Method = (this: never, ...args: Arguments) => unknown

/** The methods of a gate. They find its passage on the response, so that all responses share them. */
interface QueueMethods {
  /** Where on the response. */
  readonly key: symbol
  readonly methods: Readonly<Record<Exclude<Operation, 'flush'>, Method>>
  readonly flush: Method
}

/** Methods of which a response has one set for each gate: whoever still has those of an earlier gate meets that one. */
export function createQueueMethods(): QueueMethods {
  const key = Symbol('passage')
  interface Gated {
    readonly [key]: QueueState
  }
  return {
    key,
    methods: {
      writeHead(this: Gated, ...args) {
        return passHead(this[key], args)
      },
      write(this: Gated, ...args) {
        return pass(this[key], { operation: 'write', args }, false)
      },
      end(this: Gated, ...args) {
        return pass(this[key], { operation: 'end', args }, this[key].response)
      },
      flushHeaders(this: Gated) {
        passFlushedHeaders(this[key])
      },
    },
    flush(this: Gated) {
      passFlush(this[key])
    },
  }
}

const shared = createQueueMethods()

/**
 * Puts a gate before a response. The first operation that would send its head asks `begin` whether to wait; if so, that
 * one and all that follow are kept until the gate opens, and the response looks sent meanwhile. A second gate on a
 * response needs methods of its own, for the first stays shut to those who knew it.
 */
export function queueWrites(
  response: ServerResponse,
  begin: () => boolean,
  { key, methods, flush }: QueueMethods = shared,
): WriteQueue {
  const passage: QueueState = {
    response,
    begin,
    originals: operationsOf(response),
    state: 'open',
    reason: undefined,
    kept: [],
    isPassing: false,
    disguise: undefined,
  }
  Object.assign(response, methods, { [key]: passage })
  if ('writeHeader' in response) Object.assign(response, { writeHeader: methods.writeHead })
  // `compression` mounted before us gives it; an event that is not flushed may wait for ever.
  if ('flush' in response) Object.assign(response, { flush })
  return { flush: () => open(passage), discard: (why) => shut(passage, why) }
}

function open(passage: QueueState): boolean {
  const operations = leave(passage, 'open')
  const answers = operations.map(({ operation, args }) => send(passage, operation, args))
  const has = (wanted: Operation) => operations.some(({ operation }) => operation === wanted)
  return has('write') && !has('end') && !answers.includes(false)
}

function shut(passage: QueueState, why: unknown): boolean {
  const { response, originals } = passage
  const operations = leave(passage, 'shut')
  passage.reason = why
  for (const { args } of operations) callBack(args, why)
  Object.assign(response, originals)
  if ('writeHeader' in response) response.writeHeader = originals.writeHead
  return operations.some(({ operation }) => operation === 'end')
}

/** Ends the waiting, and answers what was kept. */
function leave(passage: QueueState, state: 'open' | 'shut'): QueueState['kept'] {
  passage.disguise?.restore()
  passage.disguise = undefined
  passage.state = state
  const { kept } = passage
  passage.kept = []
  return kept
}

function passHead(passage: QueueState, args: Arguments): unknown {
  const { response, state } = passage
  if (state === 'waiting') refuse(response, 'write')
  if (state === 'shut') return response
  const { status, message, fields } = readHead(args)
  if (isUnderWay(passage) || !isStatus(status)) return send(passage, 'writeHead', args)
  if (fields) applyFields(response, fields)
  response.statusCode = Number(status)
  if (message !== undefined) response.statusMessage = message
  return pass(passage, { operation: 'writeHead', args: [status] }, response)
}

/** Goes through whoever wraps `writeHead`: `compression` decides there how to write what comes next. */
function passFlushedHeaders(passage: QueueState): void {
  const { response, state } = passage
  if (state === 'open' && !isUnderWay(passage)) response.writeHead(response.statusCode)
  pass(passage, { operation: 'flushHeaders', args: [] }, undefined)
}

function passFlush(passage: QueueState): void {
  if (passage.state === 'waiting') passage.kept.push({ operation: 'flush', args: [] })
  else if (passage.state === 'open') send(passage, 'flush', [])
}

/** Sends at once, or keeps for later and answers `meanwhile`. */
function pass(
  passage: QueueState,
  called: QueueState['kept'][number],
  meanwhile: unknown,
): unknown {
  const { operation, args } = called
  if (isMistake(operation, args[0]) && !isHttp2(passage.response))
    // which sends the head, then looks at the chunk
    return send(passage, operation, args)
  if (passage.state === 'open' && !isUnderWay(passage) && passage.begin()) wait(passage)
  if (passage.state === 'open') return send(passage, operation, args)
  if (passage.state === 'waiting') keep(passage, called)
  else callBack(args, passage.reason)
  return meanwhile
}

function keep(passage: QueueState, called: QueueState['kept'][number]): void {
  passage.kept.push(called)
  if (called.operation === 'end') passage.disguise?.end()
}

function wait(passage: QueueState): void {
  passage.state = 'waiting'
  const has = (wanted: Operation) => passage.kept.some(({ operation }) => operation === wanted)
  const pretence = { hasEnded: () => has('end'), isFull: () => has('write') }
  passage.disguise = overrideSent(passage.response, pretence)
}

/** An operation may come back here while Node carries it out: `end` calls `writeHead`. */
function send(passage: QueueState, operation: Operation, args: Arguments): unknown {
  const wasPassing = passage.isPassing
  passage.isPassing = true
  try {
    return Reflect.apply(passage.originals[operation], passage.response, args)
  } finally {
    passage.isPassing = wasPassing
  }
}

function isUnderWay({ isPassing, response }: QueueState): boolean {
  return isPassing || response.headersSent
}

/** Tells why to the callback of an operation that was dropped; not at once, or one that tries for ever would be all that runs. */
export function callBack(args: Arguments, why: unknown): void {
  const last = args.at(-1)
  if (typeof last === 'function') setImmediate(() => last(why))
}

function operationsOf(response: ServerResponse): QueueState['originals'] {
  const { writeHead, write, end, flushHeaders } = response
  const flush = 'flush' in response ? (response.flush as () => void) : () => {}
  return { writeHead, write, end, flushHeaders, flush }
}

/** What Node throws at, before it sends anything. */
function isMistake(operation: Operation, chunk: unknown): boolean {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return false
  if (operation === 'end') return Boolean(chunk) && typeof chunk !== 'function'
  return operation === 'write'
}
