import type { ServerResponse } from 'node:http'
import { varyBy } from '@sojourn/core/binding'
import { dropTrailers, isHttp2, type StatusLine, statusOf } from './http2.ts'

/** The head of a response at one moment. */
export interface Head {
  readonly status: StatusLine
  readonly fields: ReadonlyMap<string, FieldValue>
}

type FieldValue = number | string | string[]

const noFields: Head['fields'] = new Map()

/** Returns a copy of a response's head. Lists are copied too, because Node appends to the lists that it was given. */
export function headOf(response: ServerResponse): Head {
  const names = response.getHeaderNames()
  if (names.length === 0) return { status: statusOf(response), fields: noFields }
  const fields = new Map<string, FieldValue>()
  for (const name of names) {
    const value = response.getHeader(name)
    if (value !== undefined) fields.set(name, Array.isArray(value) ? [...value] : value)
  }
  return { status: statusOf(response), fields }
}

/** Gives a response that has not been sent an earlier head, and no trailers. */
export function restoreHead(response: ServerResponse, { status, fields }: Head): void {
  Object.assign(response, status)
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  for (const [name, value] of fields) response.setHeader(name, value)
  response.sendDate = true // removing a Date header turns Node's own off
  if (isHttp2(response)) dropTrailers(response)
  else response.addTrailers({})
}

/** Returns the fields that were added or changed since `earlier`; of Set-Cookie only the added lines. */
export function addedSince(
  response: ServerResponse,
  earlier: Head,
): readonly [string, FieldValue][] {
  const changed = [...headOf(response).fields].filter(
    ([name, value]) => String(value) !== String(earlier.fields.get(name)),
  )
  return changed.map(([name, value]) => {
    const lines = earlier.fields.get(name)
    if (name !== 'set-cookie' || lines === undefined || !Array.isArray(value)) return [name, value]
    return [name, value.slice(Array.isArray(lines) ? lines.length : 1)]
  })
}

/** Sets fields on a response. Lines of Set-Cookie are appended to those already there. */
export function addFields(response: ServerResponse, fields: readonly [string, FieldValue][]): void {
  for (const [name, value] of fields) {
    if (name === 'set-cookie') response.appendHeader(name, value as string | string[])
    else response.setHeader(name, value)
  }
}

/**
 * Sets the status and headers that an error carries, such as Retry-After, on a response. The status is 500 if the error
 * has none between 400 and 599. Its Vary is added to the response's own.
 */
export function applyErrorHead(response: ServerResponse, error: unknown): void {
  const { status, headers } = Object(error)
  response.statusCode = Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500
  for (const [name, value] of Object.entries(Object(headers))) setIfValid(response, name, value)
}

/** Applies the head of an error, and returns a function that takes back what is still there of it. */
export function applyForNow(response: ServerResponse, error: unknown): () => void {
  const { status, fields } = headOf(response)
  applyErrorHead(response, error)
  const { statusCode } = response
  const added = addedSince(response, { status, fields })
  return () => {
    if (response.statusCode === statusCode) Object.assign(response, status)
    for (const [name, value] of added) {
      if (String(response.getHeader(name)) !== String(value)) continue
      const earlier = fields.get(name)
      if (earlier === undefined) response.removeHeader(name)
      else response.setHeader(name, earlier)
    }
  }
}

/** Skips invalid headers: an error thrown here would hide the application's own, which may carry any value. */
function setIfValid(response: ServerResponse, name: string, value: unknown): void {
  try {
    if (name.toLowerCase() === 'vary') varyBy(headerAccess(response), String(value).split(', '))
    else response.setHeader(name, String(value))
  } catch {
    response.removeHeader(name)
  }
}

function headerAccess(response: ServerResponse): Parameters<typeof varyBy>[0] {
  return {
    get: (name) => response.getHeader(name)?.toString(),
    set: (name, value) => void response.setHeader(name, value),
  }
}
