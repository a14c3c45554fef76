import type { ServerResponse } from 'node:http'
import { disguise, refuse } from './disguise.ts'
import { isHttp2 } from './http2.ts'
import { applyFields, isStatus, readHead } from './write-head.ts'

/** What a response has to pass on its way out. */
export interface Gate {
  /** Sends what was kept, in order, and all that follows at once. Says whether it was less than who wrote it feared. */
  open(): boolean
  /**
   * Drops what was kept and all that still comes this way. Whoever waits for it is told why. Says whether the response
   * had been ended.
   */
  shut(why: unknown): boolean
}

type Operation = 'writeHead' | 'write' | 'end' | 'flushHeaders' | 'flush'
type Arguments = readonly unknown[]

/**
 * Puts a gate before a response. The first operation that would send its head asks `begin` whether to wait; if so, that
 * one and all that follow are kept until the gate opens, and the response looks sent meanwhile.
 */
export function putGate(response: ServerResponse, begin: () => boolean): Gate {
  const originals = operationsOf(response)
  const throwsEarly = !isHttp2(response) // which sends the head, then looks at the chunk
  let state: 'open' | 'waiting' | 'shut' = 'open'
  let reason: unknown
  let kept: { readonly operation: Operation; readonly args: Arguments }[] = []
  let isPassing = false
  let reveal = () => {}

  Object.assign(response, {
    writeHead,
    ...('writeHeader' in response ? { writeHeader: writeHead } : {}),
    write: (...args: Arguments) => pass('write', args, false),
    end: (...args: Arguments) => pass('end', args, response),
    flushHeaders,
    // `compression` mounted before us gives it; an event that is not flushed may wait for ever.
    ...('flush' in response ? { flush } : {}),
  })

  return {
    open() {
      reveal()
      state = 'open'
      const operations = kept
      kept = []
      const answers = operations.map(({ operation, args }) => send(operation, args))
      const has = (wanted: Operation) => operations.some(({ operation }) => operation === wanted)
      return has('write') && !has('end') && !answers.includes(false)
    },
    shut(why) {
      reveal()
      state = 'shut'
      reason = why
      const operations = kept
      kept = []
      for (const { args } of operations) callBack(args, why)
      Object.assign(response, originals)
      if ('writeHeader' in response) response.writeHeader = originals.writeHead
      return operations.some(({ operation }) => operation === 'end')
    },
  }

  function writeHead(...args: Arguments): unknown {
    if (state === 'waiting') refuse(response, 'write')
    if (state === 'shut') return response
    const { status, message, fields } = readHead(args)
    if (isUnderWay() || !isStatus(status)) return send('writeHead', args)
    if (fields) applyFields(response, fields)
    response.statusCode = Number(status)
    if (message !== undefined) response.statusMessage = message
    return pass('writeHead', [status], response)
  }

  /** Goes through whoever wraps `writeHead`: `compression` decides there how to write what comes next. */
  function flushHeaders(): void {
    if (state === 'open' && !isUnderWay()) response.writeHead(response.statusCode)
    pass('flushHeaders', [], undefined)
  }

  function flush(): void {
    if (state === 'waiting') kept.push({ operation: 'flush', args: [] })
    else if (state === 'open') send('flush', [])
  }

  /** Sends at once, or keeps for later and answers `meanwhile`. */
  function pass(operation: Operation, args: Arguments, meanwhile: unknown): unknown {
    if (throwsEarly && isMistake(operation, args[0])) return send(operation, args)
    if (state === 'open' && !isUnderWay() && begin()) wait()
    if (state === 'open') return send(operation, args)
    if (state === 'waiting') kept.push({ operation, args })
    else callBack(args, reason)
    return meanwhile
  }

  function wait(): void {
    state = 'waiting'
    const has = (wanted: Operation) => kept.some(({ operation }) => operation === wanted)
    reveal = disguise(response, { hasEnded: () => has('end'), isFull: () => has('write') })
  }

  /** An operation may come back here while Node carries it out: `end` calls `writeHead`. */
  function send(operation: Operation, args: Arguments): unknown {
    const wasPassing = isPassing
    isPassing = true
    try {
      return Reflect.apply(originals[operation], response, args)
    } finally {
      isPassing = wasPassing
    }
  }

  function isUnderWay(): boolean {
    return isPassing || response.headersSent
  }
}

/** Tells why to the callback of an operation that was dropped; not at once, or one that tries for ever would be all that runs. */
export function callBack(args: Arguments, why: unknown): void {
  const last = args.at(-1)
  if (typeof last === 'function') setImmediate(() => last(why))
}

function operationsOf(response: ServerResponse): Record<Operation, (...args: never) => unknown> {
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
