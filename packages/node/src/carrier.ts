import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Carrier } from '@sojourn/core'
import type { HeldResponse } from './held-response.ts'

/** What a carrier cannot see in a request and its response. */
export interface CarrierView {
  /** Whether the client speaks HTTPS. */
  readonly secure: boolean
  /** The response, once it is one that waits for its commit. */
  readonly held: () => HeldResponse | undefined
}

/**
 * A request and its response of node:http as a carrier. It keeps the response's own methods as they are now: a held
 * response refuses headers to everybody else.
 */
export function nodeCarrier(
  request: IncomingMessage,
  response: ServerResponse,
  { secure, held }: CarrierView,
): Carrier {
  const { setHeader, appendHeader } = response
  const write = (run: () => void) => {
    const response = held()
    if (response) response.setHeaders(run)
    else run()
  }
  return {
    secure,
    get sent() {
      return response.headersSent && !held()?.isHeld()
    },
    header: (name) => joined(request.headers[name]),
    get: (name) => joined(response.getHeader(name)),
    set: (name, value) => write(() => setHeader.call(response, name, value)),
    append: (name, value) => write(() => appendHeader.call(response, name, value)),
  }
}

function joined(value: number | string | readonly string[] | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : value.join(', ')
}
