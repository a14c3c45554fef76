import type { ServerResponse } from 'node:http'

/** The headers that `writeHead` takes: an object, a flat list of names and values, or a list of pairs. */
export type HeadersArgument = Readonly<Record<string, unknown>> | readonly unknown[]

/** The arguments of `writeHead`, which has several forms. */
export interface WriteHeadArguments {
  readonly status: unknown
  readonly message: string | undefined
  readonly headers: HeadersArgument | undefined
}

/** Parses the arguments of `writeHead(status, message?, headers?)`. */
export function parseWriteHead([status, second, third]: readonly unknown[]): WriteHeadArguments {
  const message = typeof second === 'string' ? second : undefined
  const headers = third ?? (message === undefined ? second : undefined)
  return { status, message, headers: isHeaders(headers) ? headers : undefined }
}

/** Returns false for a status that Node throws for. */
export function isStatus(status: unknown): boolean {
  const code = Number(status) | 0
  return code >= 100 && code <= 999
}

/**
 * Sets headers that were passed to `writeHead` on the response, as Node merges them: they replace headers of the same
 * name, and a list may hold several lines of one name (on-headers lost all but one: CVE-2025-7339). Afterwards a
 * commit can add its own headers to them.
 */
export function applyHeaders(response: ServerResponse, headers: HeadersArgument): void {
  if (!isList(headers)) {
    // Node throws for values that are no header value.
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string)
    return
  }
  const pairs = pairsOf(headers)
  for (const [name] of pairs) response.removeHeader(name)
  for (const [name, value] of pairs) response.appendHeader(name, copyOf(value))
}

function pairsOf(list: readonly unknown[]): readonly (readonly [string, string])[] {
  if (list.every(Array.isArray)) return list.map(([name, value]) => [name, value])
  return list.flatMap((name, index) =>
    index % 2 === 0 ? [[String(name), list[index + 1] as string] as const] : [],
  )
}

/** Copies lists: Node appends to the list that it was given, which a handler may use for several responses. */
function copyOf(value: string | readonly string[]): string | string[] {
  return typeof value === 'object' ? [...value] : value
}

function isHeaders(value: unknown): value is HeadersArgument {
  return typeof value === 'object' && value !== null
}

function isList(headers: HeadersArgument): headers is readonly unknown[] {
  return Array.isArray(headers)
}
