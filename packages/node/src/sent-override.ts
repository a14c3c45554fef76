import type { ServerResponse } from 'node:http'
import { Http2ServerResponse } from 'node:http2'
import { isHttp2, statusOf } from './http2.ts'

/** What a response in disguise must pretend besides that its headers have left. */
export interface ReportedState {
  /** Whether `end` was called. */
  readonly hasEnded: () => boolean
  /** Whether a `write` was answered with false. */
  readonly isFull: () => boolean
}

/** A disguise that is worn. */
export interface SentOverride {
  /** The response is to look ended. */
  end(): void
  restore(): void
}

/** What a response in disguise is beneath it. */
interface Original {
  readonly response: ServerResponse
  readonly methods: Pick<ServerResponse, Method>
  pretence: ReportedState | undefined
  isLifted: boolean
}

const key = Symbol('beneath the disguise')

interface Disguised extends ServerResponse {
  [key]?: Original
}

/** Runs what may set headers whatever a disguise says: the commit. */
export function bypassOverride(response: Disguised, run: () => void): void {
  const beneath = response[key]
  if (!beneath) {
    run()
    return
  }
  beneath.isLifted = true
  try {
    run()
  } finally {
    beneath.isLifted = false
  }
}

/**
 * Makes a response that waits for its commit look sent to everybody: `headersSent` is true, and headers are refused as
 * Node refuses them, so that a second send fails exactly as it would without us. Once it is taken off, status and message
 * are as they were when it began.
 */
export function overrideSent(response: Disguised, pretence: ReportedState): SentOverride {
  const status = statusOf(response)
  const covered = ownOf(response, Object.keys(looks))
  const isOwn = !isHttp2(response) // `finished` is a plain property, and an accessor over one would slow the response
  const { setHeader, setHeaders, appendHeader, removeHeader } = response
  const methods = { setHeader, setHeaders, appendHeader, removeHeader }
  response[key] ??= { response, methods, pretence, isLifted: false }
  const beneath = response[key]
  beneath.pretence = pretence
  Object.defineProperties(response, isOwn ? looks : looksOfHttp2)
  return {
    end() {
      if (isOwn) response.finished = true
    },
    restore() {
      if (isOwn) response.finished = false
      beneath.pretence = undefined
      Object.defineProperties(response, covered)
      Object.assign(response, status)
    },
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

type Method = 'setHeader' | 'setHeaders' | 'appendHeader' | 'removeHeader'

/**
 * One set for all responses, which is not taken away again: an object that loses properties is slow for the rest of its
 * life. Once the disguise is over, each is what it covers.
 */
const looks: PropertyDescriptorMap = {
  headersSent: look('headersSent', (_, { isLifted }) => !isLifted),
  writableEnded: look('writableEnded', ({ hasEnded }) => hasEnded()),
  writableFinished: look('writableFinished', () => false),
  writableNeedDrain: look('writableNeedDrain', ({ hasEnded, isFull }) => isFull() && !hasEnded()),
  setHeader: refusal('setHeader', 'set'),
  setHeaders: refusal('setHeaders', 'set'),
  appendHeader: refusal('appendHeader', 'append'),
  removeHeader: refusal('removeHeader', 'remove'),
  // Older versions of `compression` call it for every chunk while there is no header yet.
  _implicitHeader: look('_implicitHeader', () => () => undefined),
}

const { setHeaders, ...others } = looks
const looksOfHttp2: PropertyDescriptorMap = {
  ...('setHeaders' in Http2ServerResponse.prototype ? looks : others), // it got it late
  finished: look('finished', ({ hasEnded }) => hasEnded()),
}

function look(
  name: string,
  pretend: (pretence: ReportedState, beneath: Original) => unknown,
): PropertyDescriptor {
  return {
    configurable: true,
    get(this: Required<Pick<Disguised, typeof key>>) {
      const { response, pretence } = this[key]
      if (pretence) return pretend(pretence, this[key])
      return Reflect.get(Object.getPrototypeOf(response), name, response)
    },
  }
}

function refusal(name: Method, verb: Verb): PropertyDescriptor {
  return {
    configurable: true,
    writable: true,
    value(this: Required<Pick<Disguised, typeof key>>, ...args: unknown[]) {
      const { response, methods, pretence, isLifted } = this[key]
      if (pretence && !isLifted) refuse(response, verb)
      return Reflect.apply(methods[name], response, args)
    },
  }
}

/** Those of some properties that an object has of its own. */
function ownOf(target: object, names: readonly string[]): PropertyDescriptorMap {
  const own: PropertyDescriptorMap = {}
  for (const name of names) {
    const property = Object.getOwnPropertyDescriptor(target, name)
    if (property) own[name] = property
  }
  return own
}
