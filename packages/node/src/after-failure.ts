import type { ServerResponse } from 'node:http'
import { callBack } from './gate.ts'

type Arguments = readonly unknown[]

/**
 * Lets the application's error handler answer, and nobody else: the handler whose response was dropped may still be
 * writing. The returned function calls the error handler. Until that has touched the head, what is written comes from
 * the old handler and is dropped; what comes after the end is dropped too, and a header that comes too late is ignored,
 * for neither must end the process. Only an `end` is let through, without its chunk: it might be a terse answer.
 */
export function letErrorHandlerSpeak(
  response: ServerResponse,
  why: unknown,
): (speak: () => void) => void {
  const { write, end } = response
  const { setHeader, setHeaders, appendHeader, removeHeader, writeHead } = response
  let isItsTurn = false
  let hasBegun = false
  const head = (method: (...args: never) => unknown) =>
    function touch(...args: Arguments): unknown {
      if (response.headersSent) return response
      hasBegun = true
      return Reflect.apply(method, response, args)
    }

  Object.assign(response, {
    setHeader: head(setHeader),
    setHeaders: head(setHeaders),
    appendHeader: head(appendHeader),
    removeHeader: head(removeHeader),
    writeHead: head(writeHead),
    write(...args: Arguments) {
      if (isHeard() && !response.writableEnded) return Reflect.apply(write, response, args)
      callBack(args, why)
      return false
    },
    end(...args: Arguments) {
      if (!response.writableEnded) Reflect.apply(end, response, isHeard() ? args : [])
      return response
    },
  })
  return (speak) => {
    isItsTurn = true
    try {
      speak()
    } finally {
      isItsTurn = false
    }
  }

  function isHeard(): boolean {
    return isItsTurn || hasBegun || response.headersSent
  }
}
