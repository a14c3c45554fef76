import type { ServerResponse } from 'node:http'

/**
 * Lets the application's error handler answer, and nobody else: the handler whose response was dropped may still be
 * writing. `speak` calls the error handler. Until that has begun the head of the response, what is written comes from
 * the old handler and is dropped; what comes after the end is dropped too, for a late write must not end the process.
 * Only an `end` is let through, without its chunk: it might be the answer of a terse error handler.
 */
export function letErrorHandlerSpeak(response: ServerResponse, speak: () => void): void {
  const { write, end, setHeader, writeHead } = response
  let isItsTurn = true
  const speaking = <Args extends unknown[], Result>(method: (...args: Args) => Result) =>
    function said(this: ServerResponse, ...args: Args): Result {
      isItsTurn = true
      return Reflect.apply(method, this, args)
    }

  Object.assign(response, {
    setHeader: speaking(setHeader),
    writeHead: speaking(writeHead),
    write(...args: unknown[]) {
      return isItsTurn && !response.writableEnded ? Reflect.apply(write, response, args) : false
    },
    end(...args: unknown[]) {
      if (response.writableEnded) return response
      return Reflect.apply(end, response, isItsTurn ? args : [])
    },
  })
  speak()
  isItsTurn = response.headersSent
}
