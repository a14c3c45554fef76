import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'

type Listener = (...args: unknown[]) => void

/** Those who write into a response and wait for it. */
export interface Producers {
  /** Tells those who were told to wait that they may go on. */
  resume(): void
  /** Detaches the streams that are piped into the response. */
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
  on.call(response, 'pipe', (source: Readable) => sources.add(source))
  on.call(response, 'unpipe', (source: Readable) => sources.delete(source))
  Object.assign(response, { on: note, removeListener: forget, off: forget })

  return {
    resume() {
      const told = new Set(response.rawListeners('drain'))
      response.emit('drain')
      for (const listener of waiting) if (!told.has(listener)) listener.call(response)
    },
    detach() {
      for (const source of sources) source.unpipe(response)
    },
  }
}
