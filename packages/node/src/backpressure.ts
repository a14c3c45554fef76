import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { isClosed } from './http2.ts'

type Listener = (...args: unknown[]) => void

/** Those who write into a response and wait for it. */
export interface Backpressure {
  /** Tells those who were told to wait that they may go on. */
  resume(): void
  /** Detaches the streams that are piped into the response, and destroys them once it has closed: nobody reads them. */
  detach(): void
}

/** What is known of the producers of one response. */
interface Watch {
  readonly on: ServerResponse['on']
  readonly removeListener: ServerResponse['removeListener']
  /** Who waits for 'drain'; mostly nobody. */
  waiting?: Set<Listener>
  /** What is piped in; mostly nothing. */
  sources?: Set<Readable>
}

const key = Symbol('producers')

interface Watched extends ServerResponse {
  readonly [key]: Watch
}

/** One for all responses: a response that nobody has to wait for should cost next to nothing. */
const listening = { on: note, removeListener: forget, off: forget }

/**
 * Remembers who waits for 'drain' and which streams are piped in. The listeners are noted here, because `compression`
 * mounted before us keeps them to itself and would hand them to its own stream, which never was full.
 */
export function trackBackpressure(response: ServerResponse): Backpressure {
  const { on, removeListener } = response
  const watch: Watch = { on, removeListener }
  on.call(response, 'pipe', notePipe)
  on.call(response, 'unpipe', forgetPipe)
  Object.assign(response, listening, { [key]: watch })
  return { resume: () => resume(response, watch), detach: () => detach(response, watch) }
}

function resume(response: ServerResponse, { waiting = new Set() }: Watch): void {
  if (response.writableEnded || response.destroyed) return
  const told = new Set(response.rawListeners('drain'))
  response.emit('drain')
  for (const listener of waiting) if (!told.has(listener)) listener.call(response)
}

function detach(response: ServerResponse, { sources = new Set() }: Watch): void {
  Object.assign(response, listening) // without what `compression` mounted after us made of them
  const detached = [...sources]
  for (const source of detached) source.unpipe(response)
  afterClose(response, () => {
    for (const source of detached) if (isIdle(source)) source.destroy()
  })
}

function note(this: Watched, type: string, listener: Listener): unknown {
  const watch = this[key]
  if (type === 'drain') {
    watch.waiting ??= new Set()
    watch.waiting.add(listener)
  }
  return watch.on.call(this, type, listener)
}

function forget(this: Watched, type: string, listener: Listener): unknown {
  const { removeListener, waiting } = this[key]
  if (type === 'drain') waiting?.delete(listener)
  return removeListener.call(this, type, listener)
}

function notePipe(this: Watched, source: Readable): void {
  const watch = this[key]
  watch.sources ??= new Set()
  watch.sources.add(source)
}

function forgetPipe(this: Watched, source: Readable): void {
  this[key].sources?.delete(source)
}

function afterClose(response: ServerResponse, act: () => void): void {
  if (isClosed(response)) act()
  else response.once('close', act)
}

/** Whether nobody else reads a stream, which would then keep its file or connection for ever. */
function isIdle(source: Readable): boolean {
  return source.listenerCount('data') === 0
}
