import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { isClosed } from './http2.ts'

type Listener = (...args: unknown[]) => void

/** Controls the writers of a response that respect backpressure: listeners of 'drain' and piped streams. */
export interface Backpressure {
  /** Emits 'drain', so that waiting writers continue. */
  resume(): void
  /** Unpipes the streams that are piped into the response, and destroys them when it has closed. */
  detach(): void
}

/** What a response records of its writers. */
interface WriterState {
  readonly on: ServerResponse['on']
  readonly removeListener: ServerResponse['removeListener']
  /** The listeners of 'drain'. Absent while there are none, as for most responses. */
  drainListeners?: Set<Listener>
  /** The streams that are piped in. Absent while there are none, as for most responses. */
  sources?: Set<Readable>
}

const key = Symbol('backpressure')

interface TrackedResponse extends ServerResponse {
  readonly [key]: WriterState
}

/** Shared by all responses, because tracking should cost next to nothing for responses that nothing waits for. */
const listenerMethods = { on: addListener, removeListener, off: removeListener }

/**
 * Starts to track the 'drain' listeners of a response and the streams piped into it. Listeners are recorded here
 * because `compression`, mounted before, keeps them to itself: it adds them to its own stream, which was never full
 * and so never emits 'drain'.
 */
export function trackBackpressure(response: ServerResponse): Backpressure {
  const { on, removeListener } = response
  const state: WriterState = { on, removeListener }
  on.call(response, 'pipe', addSource)
  on.call(response, 'unpipe', removeSource)
  Object.assign(response, listenerMethods, { [key]: state })
  return { resume: () => resume(response, state), detach: () => detach(response, state) }
}

function resume(response: ServerResponse, { drainListeners = new Set() }: WriterState): void {
  if (response.writableEnded || response.destroyed) return
  const called = new Set(response.rawListeners('drain'))
  response.emit('drain')
  for (const listener of drainListeners) if (!called.has(listener)) listener.call(response)
}

function detach(response: ServerResponse, { sources = new Set() }: WriterState): void {
  Object.assign(response, listenerMethods) // removes the wrappers of `compression` mounted after
  const detached = [...sources]
  for (const source of detached) source.unpipe(response)
  afterClose(response, () => {
    for (const source of detached) if (isUnused(source)) source.destroy()
  })
}

function addListener(this: TrackedResponse, type: string, listener: Listener): unknown {
  const state = this[key]
  if (type === 'drain') {
    state.drainListeners ??= new Set()
    state.drainListeners.add(listener)
  }
  return state.on.call(this, type, listener)
}

function removeListener(this: TrackedResponse, type: string, listener: Listener): unknown {
  const { removeListener, drainListeners } = this[key]
  if (type === 'drain') drainListeners?.delete(listener)
  return removeListener.call(this, type, listener)
}

function addSource(this: TrackedResponse, source: Readable): void {
  const state = this[key]
  state.sources ??= new Set()
  state.sources.add(source)
}

function removeSource(this: TrackedResponse, source: Readable): void {
  this[key].sources?.delete(source)
}

function afterClose(response: ServerResponse, act: () => void): void {
  if (isClosed(response)) act()
  else response.once('close', act)
}

/** Returns true if nothing reads a stream any more: it would keep its file or connection open forever. */
function isUnused(source: Readable): boolean {
  return source.listenerCount('data') === 0
}
