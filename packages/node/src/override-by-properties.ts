import type { ServerResponse } from 'node:http'
import { Http2ServerResponse } from 'node:http2'
import { isHttp2, statusOf } from './http2.ts'
import type { ReportedState, SentOverride } from './sent-override.ts'

/** A response's own methods, and whether its override is on. */
interface OverrideState {
  readonly response: ServerResponse
  readonly originals: Pick<ServerResponse, HeaderMethod>
  /** Absent while the override is off. */
  reported: ReportedState | undefined
  /** Whether `bypassOverride` is running. */
  isBypassed: boolean
}

/** The same symbol for every copy of this package in a process: one may hold a response whose carrier another made. */
const key: unique symbol = Symbol.for('sojourn.node.sent-override/1')

interface OverridableResponse extends ServerResponse {
  [key]?: OverrideState
}

type OverriddenResponse = Required<Pick<OverridableResponse, typeof key>>

/** Calls `setHeaders`, which may set headers although the response looks sent by its properties. */
export function bypassProperties(response: OverridableResponse, setHeaders: () => void): void {
  const state = response[key]
  if (!state) {
    setHeaders()
    return
  }
  state.isBypassed = true
  try {
    setHeaders()
  } finally {
    state.isBypassed = false
  }
}

/** Makes a response look sent by properties of its own, for HTTP/2 and other runtimes. */
export function overrideByProperties(
  response: OverridableResponse,
  reported: ReportedState,
): SentOverride {
  const status = statusOf(response)
  const overridden = ownProperties(response, Object.keys(overrides))
  const { setHeader, setHeaders, appendHeader, removeHeader } = response
  const originals = { setHeader, setHeaders, appendHeader, removeHeader }
  response[key] ??= { response, originals, reported, isBypassed: false }
  const state = response[key]
  state.reported = reported
  Object.defineProperties(response, isHttp2(response) ? http2Overrides : overrides)
  return {
    // `writableNeedDrain` and `writableEnded` ask `reported`.
    markWritten() {},
    markEnded() {},
    restore() {
      state.reported = undefined
      Object.defineProperties(response, overridden)
      Object.assign(response, status)
    },
  }
}

type Verb = 'set' | 'append' | 'remove' | 'write'

/** Throws the error that Node throws when headers are changed after they were sent. */
export function throwHeadersSent(response: ServerResponse, verb: Verb): never {
  if (isHttp2(response))
    throw errorWith('ERR_HTTP2_HEADERS_SENT', 'Response has already been initiated.')
  const message = `Cannot ${verb} headers after they are sent to the client`
  throw errorWith('ERR_HTTP_HEADERS_SENT', message)
}

function errorWith(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

type HeaderMethod = 'setHeader' | 'setHeaders' | 'appendHeader' | 'removeHeader'

/**
 * The properties that the override defines on a response. They are shared by all responses, and stay when the
 * override is turned off: V8 keeps an object slow from which properties were deleted. They then behave as what they
 * replaced.
 */
const overrides: PropertyDescriptorMap = {
  headersSent: overrideGetter('headersSent', (_, { isBypassed }) => !isBypassed),
  writableEnded: overrideGetter('writableEnded', ({ hasEnded }) => hasEnded()),
  writableFinished: overrideGetter('writableFinished', () => false),
  writableNeedDrain: overrideGetter(
    'writableNeedDrain',
    ({ hasEnded, needsDrain }) => needsDrain() && !hasEnded(),
  ),
  setHeader: overrideMethod('setHeader', 'set'),
  setHeaders: overrideMethod('setHeaders', 'set'),
  appendHeader: overrideMethod('appendHeader', 'append'),
  removeHeader: overrideMethod('removeHeader', 'remove'),
  // Older versions of `compression` call it for every chunk as long as no head was sent.
  _implicitHeader: overrideGetter('_implicitHeader', () => () => undefined),
}

const { setHeaders, ...withoutSetHeaders } = overrides
const http2Overrides: PropertyDescriptorMap = {
  // Older versions of Node have no `setHeaders` on HTTP/2.
  ...('setHeaders' in Http2ServerResponse.prototype ? overrides : withoutSetHeaders),
  finished: overrideGetter('finished', ({ hasEnded }) => hasEnded()),
}

function overrideGetter(
  name: string,
  report: (reported: ReportedState, state: OverrideState) => unknown,
): PropertyDescriptor {
  return {
    configurable: true,
    get(this: OverriddenResponse) {
      const { response, reported } = this[key]
      if (reported) return report(reported, this[key])
      return Reflect.get(Object.getPrototypeOf(response), name, response)
    },
  }
}

function overrideMethod(name: HeaderMethod, verb: Verb): PropertyDescriptor {
  return {
    configurable: true,
    writable: true,
    value(this: OverriddenResponse, ...args: unknown[]) {
      const { response, originals, reported, isBypassed } = this[key]
      if (reported && !isBypassed) throwHeadersSent(response, verb)
      return Reflect.apply(originals[name], response, args)
    },
  }
}

/** Returns the descriptors of those named properties that `target` has itself. */
function ownProperties(target: object, names: readonly string[]): PropertyDescriptorMap {
  const own: PropertyDescriptorMap = {}
  for (const name of names) {
    const property = Object.getOwnPropertyDescriptor(target, name)
    if (property) own[name] = property
  }
  return own
}
