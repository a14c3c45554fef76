import type { ServerResponse } from 'node:http'
import { type Carrier, createCarrier } from '@sojourn/core/binding'
import { asHttp1, type NodeRequest, type NodeResponse } from './http2.ts'
import { bypassOverride } from './sent-override.ts'

/**
 * A request and its response of node:http or node:http2 as a carrier. `secure` is what the framework knows of it;
 * without one it is whether the request's own connection is encrypted. A response that waits for its commit looks sent,
 * and takes headers from its carrier alone.
 */
export function nodeCarrier(
  request: NodeRequest,
  answer: NodeResponse,
  { secure = isEncrypted(request) }: { readonly secure?: boolean } = {},
): Carrier {
  const response = asHttp1(answer)
  return createCarrier({
    secure,
    isSent: () => response.headersSent,
    header: (name) => joined(request.headers[name]),
    get: (name) => joined(response.getHeader(name)),
    set: (name, value) => bypassOverride(response, () => response.setHeader(name, value)),
    // Not by appendHeader: it pushes into the very list that was set, which a handler may share among responses.
    append: (name, value) =>
      bypassOverride(response, () => response.setHeader(name, [...lines(response, name), value])),
    withdraw: (name, value) =>
      bypassOverride(response, () =>
        response.setHeader(name, without(lines(response, name), value)),
      ),
  })
}

/** Read, not looked for: the socket that an HTTP/2 request shows stands in for the real one, and answers only that. */
function isEncrypted({ socket }: NodeRequest): boolean {
  return Object(socket).encrypted === true
}

function lines(response: ServerResponse, name: string): readonly string[] {
  const value = response.getHeader(name)
  return value === undefined ? [] : [value].flat().map(String)
}

/** The lines without one of them; should the handler have written the same, its own stays. */
function without(lines: readonly string[], line: string): readonly string[] {
  const at = lines.lastIndexOf(line)
  return at < 0 ? lines : lines.toSpliced(at, 1)
}

function joined(value: number | string | readonly string[] | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : value.join(', ')
}
