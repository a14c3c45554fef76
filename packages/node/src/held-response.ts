import type { ServerResponse } from 'node:http'
import { letErrorHandlerSpeak } from './after-failure.ts'
import { type Disguise, disguise, refuse } from './disguise.ts'
import { watchProducers } from './producers.ts'
import { applyFields, isStatus, readHead } from './write-head.ts'

/** What must happen before the first byte of a response. */
export interface Before {
  /** Ends the request's session. Called before the first byte, and again when the response has closed. */
  commit(): Promise<void> | undefined
  /** The commit failed: the response is as it was, and somebody must answer with the error. Called once. */
  fail(error: unknown): void
}

/** A response that may have to wait for its commit. */
export interface HeldResponse {
  /** Whether it waits: then it looks sent and is not. */
  readonly isHeld: () => boolean
  /** Runs what sets headers for the commit, which a response that waits refuses everybody else. */
  readonly setHeaders: (run: () => void) => void
}

type Operation = 'writeHead' | 'write' | 'end' | 'flushHeaders'
type Call = (...args: unknown[]) => unknown

/**
 * Has `before.commit()` finish before the first byte of a response leaves: whatever way it leaves, streams and errors
 * included. Where the commit has nothing to wait for, the response passes untouched. Else it is *held*: what is
 * written is kept in order and sent afterwards; `write` answers false meanwhile, so that who minds backpressure waits.
 * Where the commit fails, all that is dropped, and no byte of it leaves.
 */
export function beforeHeaders(response: ServerResponse, before: Before): HeldResponse {
  const original = operationsOf(response)
  const producers = watchProducers(response)
  const putBack = remember(response)
  let state: 'open' | 'held' | 'through' | 'dead' = 'open'
  let kept: { readonly operation: Operation; readonly args: readonly unknown[] }[] = []
  let hasEnded = false
  let guise: Disguise | undefined

  Object.assign(response, {
    writeHead(...args: unknown[]) {
      if (state === 'held') refuse('write')
      if (state === 'dead') return response
      const { status, message, fields } = readHead(args)
      if (state !== 'open' || !isStatus(status)) return original.writeHead(...args)
      if (fields) applyFields(response, fields)
      response.statusCode = Number(status)
      if (message !== undefined) response.statusMessage = message
      return pass('writeHead', message === undefined ? [status] : [status, message], response)
    },
    write: (...args: unknown[]) => pass('write', args, false),
    end: (...args: unknown[]) => pass('end', args, response),
    flushHeaders: () => pass('flushHeaders', [], undefined),
  })
  response.once('close', close)
  return {
    isHeld: () => state === 'held',
    setHeaders: (run) => (guise ? guise.lift(run) : run()),
  }

  /** Sends at once, or keeps for later and answers `meanwhile`. */
  function pass(operation: Operation, args: readonly unknown[], meanwhile: unknown): unknown {
    if (state === 'open') begin()
    if (state === 'through') return original[operation](...args)
    if (state === 'held') kept.push({ operation, args })
    if (operation === 'end') hasEnded = true
    return meanwhile
  }

  function begin(): void {
    const committing = before.commit()
    state = committing ? 'held' : 'through'
    if (!committing) return
    guise = disguise(response, () => hasEnded)
    committing.then(release, giveUp)
  }

  function release(): void {
    reveal()
    state = 'through'
    try {
      const answers = kept.map(({ operation, args }) => original[operation](...args))
      const isFull = hasEnded || answers.includes(false)
      if (!isFull && kept.some(({ operation }) => operation === 'write'))
        process.nextTick(producers.resume)
    } catch (error) {
      giveUp(error)
    }
    kept = []
  }

  function reveal(): void {
    guise?.end()
    guise = undefined
  }

  function giveUp(error: unknown): void {
    reveal()
    state = 'dead'
    producers.detach()
    for (const { args } of kept) callBack(args, error)
    kept = []
    if (response.headersSent) {
      response.destroy()
      before.fail(error)
    } else {
      putBack(error)
      beforeHeaders(response, before)
      letErrorHandlerSpeak(response, () => before.fail(error))
    }
  }

  /** The end of a response is the last chance to keep what was changed, or to tell that it came too late. */
  function close(): void {
    if (state === 'held' || state === 'dead') return
    before.commit()?.catch((error: unknown) => before.fail(error))
  }
}

function operationsOf(response: ServerResponse): Record<Operation, Call> {
  const { writeHead, write, end, flushHeaders } = response
  const bound = (method: unknown): Call => {
    const call = method as Call
    return (...args) => Reflect.apply(call, response, args)
  }
  return {
    writeHead: bound(writeHead),
    write: bound(write),
    end: bound(end),
    flushHeaders: bound(flushHeaders),
  }
}

/** Remembers a response as it is; the returned function puts it back, but for the status, which is the error's. */
function remember(response: ServerResponse): (error: unknown) => void {
  const headers = response.getHeaders()
  const { writeHead, write, end, flushHeaders, on, removeListener, off } = response
  const methods = { writeHead, write, end, flushHeaders, on, removeListener, off }
  return (error) => {
    Object.assign(response, methods)
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) response.setHeader(name, value)
    const status = error instanceof Object && 'status' in error ? Number(error.status) : 500
    Object.assign(response, { statusCode: status, statusMessage: '' })
  }
}

/** Whoever waits for a write that was dropped is told why. */
function callBack(args: readonly unknown[], error: unknown): void {
  const last = args.at(-1)
  if (typeof last === 'function') process.nextTick(last, error)
}
