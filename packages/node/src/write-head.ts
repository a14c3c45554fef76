import type { ServerResponse } from 'node:http'

/** What `writeHead` may be given for headers: an object, a flat list of names and values, or a list of pairs. */
export type HeadFields = Readonly<Record<string, unknown>> | readonly unknown[]

/** A call of `writeHead`, its many forms told apart. */
export interface Head {
  readonly status: unknown
  readonly message: string | undefined
  readonly fields: HeadFields | undefined
}

/** Reads the arguments of `writeHead(status, message?, headers?)`. */
export function readHead([status, second, third]: readonly unknown[]): Head {
  const message = typeof second === 'string' ? second : undefined
  const fields = third ?? (message === undefined ? second : undefined)
  return { status, message, fields: isFields(fields) ? fields : undefined }
}

/** Whether Node takes it for a status; what it does not, it throws at. */
export function isStatus(status: unknown): boolean {
  const code = Number(status) | 0
  return code >= 100 && code <= 999
}

/**
 * Puts headers that were given to `writeHead` onto the response, as Node itself merges them: they replace what was set
 * before, and a list may name one header several times (on-headers lost those: CVE-2025-7339). After it, what the
 * commit adds stands beside them.
 */
export function applyFields(response: ServerResponse, fields: HeadFields): void {
  if (!isList(fields)) {
    // What is no header value, Node throws at.
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value as string)
    return
  }
  const pairs = pairsOf(fields)
  for (const [name] of pairs) response.removeHeader(name)
  for (const [name, value] of pairs) response.appendHeader(name, copyOf(value))
}

function pairsOf(fields: readonly unknown[]): readonly (readonly [string, string])[] {
  if (fields.every(Array.isArray)) return fields.map(([name, value]) => [name, value])
  return fields.flatMap((name, at) =>
    at % 2 === 0 ? [[String(name), fields[at + 1] as string] as const] : [],
  )
}

/** Node appends to the very list that it was given, which a handler may share among responses. */
function copyOf(value: string | readonly string[]): string | string[] {
  return typeof value === 'object' ? [...value] : value
}

function isFields(fields: unknown): fields is HeadFields {
  return typeof fields === 'object' && fields !== null
}

function isList(fields: HeadFields): fields is readonly unknown[] {
  return Array.isArray(fields)
}
