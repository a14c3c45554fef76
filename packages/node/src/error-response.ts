import { AsyncLocalStorage } from 'node:async_hooks'
import type { ServerResponse } from 'node:http'
import { callBack } from './write-queue.ts'

/** Who answers after a failure. */
export interface ErrorHandler {
  /** Calls the application's error handler. */
  readonly call: () => void
  /** Whether the handler whose response was dropped had ended it: what ends it now is somebody else's answer. */
  readonly hasEnded: boolean
}

const speaking = new AsyncLocalStorage<ServerResponse>()

/**
 * Lets the application's error handler answer, and nobody else: the handler whose response was dropped may still be
 * writing, into the same object. The error handler is known by its asynchronous context. Where a queue of its own lost
 * that, it is known by its setting headers, which the old handler has long done. All else is dropped; what comes after
 * the end too, for a late write must not end the process.
 */
export function callErrorHandler(response: ServerResponse, handler: ErrorHandler): void {
  const { setHeader, writeHead, write, end, flushHeaders } = response
  let isOpen = false
  let isEndOwed = !handler.hasEnded
  const isItsTurn = () => isOpen || speaking.getStore() === response
  const opening = <Args extends unknown[], Result>(method: (...args: Args) => Result) =>
    function said(this: ServerResponse, ...args: Args): Result {
      isOpen ||= !isItsTurn()
      return Reflect.apply(method, this, args)
    }

  Object.assign(response, {
    setHeader: opening(setHeader),
    writeHead: opening(writeHead),
    flushHeaders: () => isItsTurn() && Reflect.apply(flushHeaders, response, []),
    write(...args: unknown[]) {
      if (isItsTurn() && !response.writableEnded) return Reflect.apply(write, response, args)
      callBack(args, writeDropped())
      return false
    },
    end(...args: unknown[]) {
      const isStray = !isItsTurn() && isEndOwed
      if (!isStray && !response.writableEnded) return Reflect.apply(end, response, args)
      isEndOwed = false
      callBack(args, writeDropped())
      return response
    },
  })
  speaking.run(response, handler.call)
}

function writeDropped(): Error {
  const error = new Error('This response was dropped, and an error handler has answered instead')
  return Object.assign(error, { code: 'ERR_STREAM_DESTROYED' })
}
