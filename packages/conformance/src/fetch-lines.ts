import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/** Headers of a request; a list is sent in several lines. */
export type HeaderLines = Readonly<Record<string, string | readonly string[]>>

/** Returns headers with the lines of each joined, as `fetch` sends them. HTTP/2 drops a value that ends with a space. */
export function joinLines(headers: HeaderLines): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ').trim()]),
  )
}

/** Sends a GET whose headers may have several lines, which `fetch` would join, over HTTP/1.1. */
export async function fetchLines(url: string, headers: HeaderLines): Promise<Response> {
  const lines = Object.entries(headers).map(([name, value]) => [name, [value].flat()])
  const request = http.get(url, { headers: Object.fromEntries(lines), agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const { statusCode: status = 0, headersDistinct } = response
  const names = Object.entries(headersDistinct)
  return new Response(Readable.toWeb(response) as ReadableStream, {
    status,
    headers: names.flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  })
}
