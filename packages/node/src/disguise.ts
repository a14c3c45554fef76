import type { ServerResponse } from 'node:http'
import { isHttp2, statusOf } from './http2.ts'

/** What a response in disguise must pretend besides that its headers have left. */
export interface Pretence {
  /** Whether `end` was called. */
  readonly hasEnded: () => boolean
  /** Whether a `write` was answered with false. */
  readonly isFull: () => boolean
}

const lifts = new WeakMap<ServerResponse, (run: () => void) => void>()

/** Runs what may set headers whatever a disguise says: the commit. */
export function undisguised(response: ServerResponse, run: () => void): void {
  const lift = lifts.get(response)
  if (lift) lift(run)
  else run()
}

/**
 * Makes a response that waits for its commit look sent to everybody: `headersSent` is true, and headers are refused as
 * Node refuses them, so that a second send fails exactly as it would without us. The returned function ends that;
 * status and message are then as they were when it began.
 */
export function disguise(response: ServerResponse, { hasEnded, isFull }: Pretence): () => void {
  const { setHeader, setHeaders, appendHeader, removeHeader } = response
  const status = statusOf(response)
  let isLifted = false
  const refusing = (method: unknown, verb: Verb) => ({
    value: (...args: unknown[]) =>
      isLifted ? Reflect.apply(method as () => unknown, response, args) : refuse(response, verb),
  })
  const undo = override(response, {
    headersSent: { get: () => !isLifted },
    finished: { get: hasEnded },
    writableEnded: { get: hasEnded },
    writableFinished: { get: () => false },
    writableNeedDrain: { get: () => isFull() && !hasEnded() },
    setHeader: refusing(setHeader, 'set'),
    ...(setHeaders ? { setHeaders: refusing(setHeaders, 'set') } : {}), // HTTP/2 got it late
    appendHeader: refusing(appendHeader, 'append'),
    removeHeader: refusing(removeHeader, 'remove'),
    // Older versions of `compression` call it for every chunk while there is no header yet.
    _implicitHeader: { value: () => undefined },
  })
  lifts.set(response, (run) => {
    isLifted = true
    try {
      run()
    } finally {
      isLifted = false
    }
  })
  return () => {
    undo()
    lifts.delete(response)
    Object.assign(response, status)
  }
}

type Verb = 'set' | 'append' | 'remove' | 'write'

/** Throws what Node throws at one who is too late with a header. */
export function refuse(response: ServerResponse, verb: Verb): never {
  if (isHttp2(response))
    throw coded('ERR_HTTP2_HEADERS_SENT', 'Response has already been initiated.')
  throw coded('ERR_HTTP_HEADERS_SENT', `Cannot ${verb} headers after they are sent to the client`)
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

/** Lays properties over an object; the returned function takes them away and puts back what they covered. */
function override(target: object, properties: PropertyDescriptorMap): () => void {
  const covered = Object.keys(properties).map(
    (name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const,
  )
  for (const [name, property] of Object.entries(properties))
    Object.defineProperty(target, name, { ...property, configurable: true })
  return () => {
    for (const [name, property] of covered) {
      if (property) Object.defineProperty(target, name, property)
      else Reflect.deleteProperty(target, name)
    }
  }
}
