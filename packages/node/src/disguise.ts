import type { ServerResponse } from 'node:http'

/** A response that looks sent and is not. */
export interface Disguise {
  /** Runs what may set headers all the same: the commit. */
  lift(run: () => void): void
  /** Ends the disguise; status and message are as they were when it began. */
  end(): void
}

/**
 * Makes a response that waits for its commit look sent to everybody: `headersSent` is true, and headers are refused as
 * Node refuses them, so that a second send fails exactly as it would without us.
 */
export function disguise(response: ServerResponse, hasEnded: () => boolean): Disguise {
  const { statusCode, statusMessage, setHeader } = response
  let isLifted = false
  const undo = override(response, {
    headersSent: { get: () => true },
    finished: { get: hasEnded },
    setHeader: {
      value: (name: string, value: string) =>
        isLifted ? setHeader.call(response, name, value) : refuse('set'),
    },
    setHeaders: { value: () => refuse('set') },
    appendHeader: { value: () => refuse('append') },
    removeHeader: { value: () => refuse('remove') },
    // Older versions of `compression` call it for every chunk while there is no header yet.
    _implicitHeader: { value: () => undefined },
  })
  return {
    lift(run) {
      isLifted = true
      run()
      isLifted = false
    },
    end() {
      undo()
      Object.assign(response, { statusCode, statusMessage })
    },
  }
}

/** The error that Node throws at one who is too late with a header. */
export function refuse(verb: 'set' | 'append' | 'remove' | 'write'): never {
  const error = new Error(`Cannot ${verb} headers after they are sent to the client`)
  throw Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' })
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
