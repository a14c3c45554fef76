import type { ServerResponse } from 'node:http'
import { type Carrier, createCarrier } from '@sojourn/core/binding'
import { checkOptions } from '@sojourn/core/store'
import { asHttp1, type NodeRequest, type NodeResponse } from './http2.ts'
import { bypassOverride } from './sent-override.ts'
import { hasResponse } from './upgrade.ts'

/**
 * Returns a carrier for a request and response of node:http or node:http2. `secure` is whether the client uses HTTPS,
 * according to the framework; default: whether the connection itself is encrypted. On a response that is held for
 * its commit, `sent` is true, and only the carrier can set headers. For an upgrade `sent` is always true.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { nodeCarrier } from '@sojourn/node'
 *
 * createServer(async (request, response) => {
 *   const carrier = nodeCarrier(request, response)
 *   const session = await manager.load(carrier)
 *   session.data.views = (session.data.views ?? 0) + 1
 *   await manager.commit(session, carrier)
 *   response.end(`${session.data.views} views`)
 * })
 * ```
 */
export function nodeCarrier(
  request: NodeRequest,
  response: NodeResponse,
  options: { readonly secure?: boolean } = {},
): Carrier {
  const { secure = isEncrypted(request) } = checkOptions(options, known, 'nodeCarrier()')
  const header = (name: string) =>
    name === 'authorization' ? authorizationOf(request) : joined(request.headers[name])
  if (!hasResponse(request, response)) return createCarrier({ secure, header, ...noResponse })
  const http1 = asHttp1(response)
  return createCarrier({
    secure,
    isSent: () => http1.headersSent,
    header,
    get: (name) => joined(http1.getHeader(name)),
    set: (name, value) => bypassOverride(http1, () => http1.setHeader(name, value)),
    // `appendHeader` would push into the list that was set, which a handler may use for several responses.
    append: (name, value) =>
      bypassOverride(http1, () => http1.setHeader(name, [...linesOf(http1, name), value])),
    withdraw: (name, value) =>
      bypassOverride(http1, () => http1.setHeader(name, without(linesOf(http1, name), value))),
  })
}

const known = { secure: true } as const
const noResponse = { isSent: () => true, get: () => undefined, set() {}, append() {} }

/**
 * Returns all lines of `Authorization`, as the carriers of other frameworks do. Node keeps the first alone, and a proxy may
 * have judged another. Node joins the lines of every other header that may carry a token.
 */
function authorizationOf({ headers, rawHeaders = [] }: NodeRequest): string | undefined {
  const lines = rawHeaders.filter(
    (_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'authorization',
  )
  // An application may have changed `headers`, but not more than one line of them.
  return lines.length > 1 && headers.authorization !== undefined
    ? lines.join(', ')
    : joined(headers.authorization)
}

/** Reads the property without asking for it by `in`: on HTTP/2 `socket` is a proxy of the real one. */
function isEncrypted({ socket }: NodeRequest): boolean {
  return Object(socket).encrypted === true
}

function linesOf(response: ServerResponse, name: string): readonly string[] {
  const value = response.getHeader(name)
  return value === undefined ? [] : [value].flat().map(String)
}

/** Removes the last such line, so that an equal line that the handler set before stays. */
function without(lines: readonly string[], line: string): readonly string[] {
  const index = lines.lastIndexOf(line)
  return index < 0 ? lines : lines.toSpliced(index, 1)
}

function joined(value: number | string | readonly string[] | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : value.join(', ')
}
