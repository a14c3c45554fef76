import type { ServerResponse } from 'node:http'
import { type Carrier, createCarrier } from '@sojourn/core/binding'
import { checkOptions } from '@sojourn/core/store'
import { asHttp1, type NodeRequest, type NodeResponse } from './http2.ts'
import { bypassOverride } from './override-sent.ts'
import { hasResponse } from './upgrade.ts'

/**
 * Returns a carrier for a request and response of node:http or node:http2. `secure` is whether the client uses HTTPS,
 * according to the framework; default: whether the connection itself is encrypted. `ip` is the client's address; default:
 * that of the connection. On a response that is held for
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
  options: { readonly secure?: boolean; readonly ip?: string | undefined } = {},
): Carrier {
  const { secure, ip } = checkOptions(options, known, 'nodeCarrier()')
  const carrier = new NodeCarrier(request, response, { secure, ip })
  return createCarrier({
    secure: carrier.secure,
    ip: carrier.ip,
    isSent: () => carrier.sent,
    header: (name) => carrier.header(name),
    get: (name) => carrier.get(name),
    set: (name, value) => carrier.set(name, value),
    append: (name, value) => carrier.append(name, value),
    withdraw: (name, value) => carrier.withdraw(name, value),
  })
}

const known = { secure: true, ip: true } as const

/** What a framework knows of a request. */
interface ClientFacts {
  readonly secure?: boolean | undefined
  readonly ip?: string | undefined
}

/** The carrier of a request and response. `nodeCarrier` is for users, who may take its methods apart. */
export class NodeCarrier implements Carrier {
  readonly secure: boolean
  readonly #request: NodeRequest
  readonly #ip: string | undefined
  /** Absent for an upgrade. */
  readonly #response: ServerResponse | undefined

  constructor(request: NodeRequest, response: NodeResponse, { secure, ip }: ClientFacts) {
    this.secure = secure ?? isEncrypted(request)
    this.#ip = ip
    this.#request = request
    this.#response = hasResponse(request, response) ? asHttp1(response) : undefined
  }

  get ip(): string | undefined {
    return this.#ip ?? this.#request.socket.remoteAddress
  }

  get sent(): boolean {
    return this.#response?.headersSent ?? true
  }

  header(name: string): string | undefined {
    if (name === 'authorization') return authorizationOf(this.#request)
    return joined(this.#request.headers[name])
  }

  get(name: string): string | undefined {
    return joined(this.#response?.getHeader(name))
  }

  set(name: string, value: string): void {
    this.#setLines(name, value)
  }

  // `appendHeader` would push into the list that was set, which a handler may use for several responses.
  append(name: string, value: string): void {
    this.#setLines(name, [...this.#linesOf(name), value])
  }

  /** Removes the last such line, so that an equal line that the handler set before stays. */
  withdraw(name: string, value: string): void {
    const lines = this.#linesOf(name)
    const index = lines.lastIndexOf(value)
    this.#setLines(name, index < 0 ? lines : lines.toSpliced(index, 1))
  }

  #setLines(name: string, lines: string | readonly string[]): void {
    const response = this.#response
    if (response) bypassOverride(response, () => response.setHeader(name, lines))
  }

  #linesOf(name: string): readonly string[] {
    const value = this.#response?.getHeader(name)
    return value === undefined ? [] : [value].flat().map(String)
  }
}

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

function joined(value: number | string | readonly string[] | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : value.join(', ')
}
