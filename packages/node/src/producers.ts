import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { isClosed } from './http2.ts'

type Listener = (...args: unknown[]) => void

/** Those who write into a response and wait for it. */
export interface Producers {
  /** Tells those who were told to wait that they may go on. */
  resume(): void
  /** Detaches the streams that are piped into the response, and destroys them once it has closed: nobody reads them. */
  detach(): void
}

/**
 * Remembers who waits for 'drain' and which streams are piped in. The listeners are noted here, because `compression`
 * mounted before us keeps them to itself and would hand them to its own stream, which never was full.
 */
export function watchProducers(response: ServerResponse): Producers {
  const { on, removeListener } = response
  const waiting = new Set<Listener>()
  const sources = new Set<Readable>()
  const note = (type: string, listener: Listener) => {
    if (type === 'drain') waiting.add(listener)
    return on.call(response, type, listener)
  }
  const forget = (type: string, listener: Listener) => {
    if (type === 'drain') waiting.delete(listener)
    return removeListener.call(response, type, listener)
  }
  const listening = { on: note, removeListener: forget, off: forget }
  on.call(response, 'pipe', (source: Readable) => sources.add(source))
  on.call(response, 'unpipe', (source: Readable) => sources.delete(source))
  Object.assign(response, listening)

  return {
    resume() {
      if (response.writableEnded || response.destroyed) return
      const told = new Set(response.rawListeners('drain'))
      response.emit('drain')
      for (const listener of waiting) if (!told.has(listener)) listener.call(response)
    },
    detach() {
      Object.assign(response, listening) // without what `compression` mounted after us made of them
      const detached = [...sources]
      for (const source of detached) source.unpipe(response)
      afterClose(response, () => {
        for (const source of detached) if (isIdle(source)) source.destroy()
      })
    },
  }
}

function afterClose(response: ServerResponse, act: () => void): void {
  if (isClosed(response)) act()
  else response.once('close', act)
}

/** Whether nobody else reads a stream, which would then keep its file or connection for ever. */
function isIdle(source: Readable): boolean {
  return source.listenerCount('data') === 0
}
