import type { ServerResponse } from 'node:http'
import { varyBy } from '@sojourn/core/binding'
import { dropTrailers, isHttp2, type StatusLine, statusOf } from './http2.ts'

/** The head of a response as it was at one moment. */
export interface Head {
  readonly status: StatusLine
  readonly fields: ReadonlyMap<string, Field>
}

type Field = number | string | string[]

const none: Head['fields'] = new Map()

/** The head of a response, copied: Node appends to the very lists that it was given. */
export function headOf(response: ServerResponse): Head {
  const names = response.getHeaderNames()
  if (names.length === 0) return { status: statusOf(response), fields: none }
  const fields = new Map<string, Field>()
  for (const name of names) {
    const value = response.getHeader(name)
    if (value !== undefined) fields.set(name, Array.isArray(value) ? [...value] : value)
  }
  return { status: statusOf(response), fields }
}

/** Makes the head of a response that has not been sent what it was. */
export function restoreHead(response: ServerResponse, { status, fields }: Head): void {
  Object.assign(response, status)
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  for (const [name, value] of fields) response.setHeader(name, value)
  response.sendDate = true // removing a handler's own Date has switched Node's off
  if (isHttp2(response)) dropTrailers(response)
  else response.addTrailers({})
}

/** What was added to a head since: further lines of Set-Cookie, and other fields as they are now. */
export function addedSince(response: ServerResponse, earlier: Head): readonly [string, Field][] {
  const changed = [...headOf(response).fields].filter(
    ([name, value]) => String(value) !== String(earlier.fields.get(name)),
  )
  return changed.map(([name, value]) => {
    const lines = earlier.fields.get(name)
    if (name !== 'set-cookie' || lines === undefined || !Array.isArray(value)) return [name, value]
    return [name, value.slice(Array.isArray(lines) ? lines.length : 1)]
  })
}

/** Adds what was kept of another head. */
export function add(response: ServerResponse, added: readonly [string, Field][]): void {
  for (const [name, value] of added) {
    if (name === 'set-cookie') response.appendHeader(name, value as string | string[])
    else response.setHeader(name, value)
  }
}

/**
 * Has a response answer with an error: with the status and the headers that it brings along, such as Retry-After. Its
 * Vary stands beside the response's own.
 */
export function applyErrorHead(response: ServerResponse, error: unknown): void {
  const { status, headers } = Object(error)
  response.statusCode = Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500
  for (const [name, value] of Object.entries(Object(headers))) setIfValid(response, name, value)
}

/** Errors of the application come this way too; what is no header must not hide the error. */
function setIfValid(response: ServerResponse, name: string, value: unknown): void {
  try {
    if (name.toLowerCase() === 'vary') varyBy(fieldsOf(response), String(value).split(', '))
    else response.setHeader(name, String(value))
  } catch {
    response.removeHeader(name)
  }
}

function fieldsOf(response: ServerResponse): Parameters<typeof varyBy>[0] {
  return {
    get: (name) => response.getHeader(name)?.toString(),
    set: (name, value) => void response.setHeader(name, value),
  }
}
