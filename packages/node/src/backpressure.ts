import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { isClosed } from './http2.ts'

type Listener = (...args: unknown[]) => void

/** What is recorded of the writers of a response. Most responses have none of either kind. */
interface Writers {
  /** The listeners of 'drain', where they are recorded. */
  drainListeners?: Set<Listener>
  /** The streams that are piped in. */
  sources?: Set<Readable>
  /** The response's own methods, where they were replaced. */
  replaced?: Pick<ServerResponse, 'on' | 'removeListener'>
}

const key = Symbol('backpressure')

interface TrackedResponse extends ServerResponse {
  [key]?: Writers
}

type ReplacedResponse = TrackedResponse & { [key]: Required<Pick<Writers, 'replaced'>> & Writers }

/** Shared by all responses, because a closure for each would cost those too that nothing waits for. */
const listenerMethods = { on: addListener, removeListener, off: removeListener }

/**
 * Starts to track the streams piped into a response, and, if its `on` is not Node's, its 'drain' listeners: `compression`,
 * mounted before, keeps them to itself. It adds them to its own stream, which was never full and so never emits 'drain'.
 */
export function trackBackpressure(response: TrackedResponse): void {
  const { on, removeListener } = response
  on.call(response, 'pipe', addSource)
  if (!Object.hasOwn(response, 'on')) return
  writersOf(response).replaced = { on, removeListener }
  Object.assign(response, listenerMethods)
}

/** Emits 'drain', so that waiting writers continue. */
export function resumeWriters(response: TrackedResponse): void {
  if (response.writableEnded || response.destroyed) return
  const called = new Set(response.rawListeners('drain'))
  response.emit('drain')
  for (const listener of response[key]?.drainListeners ?? [])
    if (!called.has(listener)) listener.call(response)
}

/** Unpipes the streams that are piped into a response, and destroys them when it has closed. */
export function detachWriters(response: TrackedResponse): void {
  const { replaced, sources = [] } = response[key] ?? {}
  // Removes the wrappers of `compression` mounted after.
  const { on, removeListener } = Object.getPrototypeOf(response)
  Object.assign(response, replaced ? listenerMethods : { on, removeListener, off: removeListener })
  const detached = [...sources]
  for (const source of detached) source.unpipe(response)
  afterClose(response, () => {
    for (const source of detached) if (isUnused(source)) source.destroy()
  })
}

function writersOf(response: TrackedResponse): Writers {
  response[key] ??= {}
  return response[key]
}

function addListener(this: ReplacedResponse, type: string, listener: Listener): unknown {
  const writers = this[key]
  if (type === 'drain') {
    writers.drainListeners ??= new Set()
    writers.drainListeners.add(listener)
  }
  return writers.replaced.on.call(this, type, listener)
}

function removeListener(this: ReplacedResponse, type: string, listener: Listener): unknown {
  const { replaced, drainListeners } = this[key]
  if (type === 'drain') drainListeners?.delete(listener)
  return replaced.removeListener.call(this, type, listener)
}

function addSource(this: TrackedResponse, source: Readable): void {
  const writers = writersOf(this)
  if (!writers.sources) {
    writers.sources = new Set()
    this.on('unpipe', removeSource)
  }
  writers.sources.add(source)
}

function removeSource(this: TrackedResponse, source: Readable): void {
  this[key]?.sources?.delete(source)
}

function afterClose(response: ServerResponse, act: () => void): void {
  if (isClosed(response)) act()
  else response.once('close', act)
}

/** Returns true if nothing reads a stream any more: it would keep its file or connection open forever. */
function isUnused(source: Readable): boolean {
  return source.listenerCount('data') === 0
}
