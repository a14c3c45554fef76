import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type BindingApp, listen } from '@sojourn/conformance/binding'

/** Answers a request, as Bun.serve and Deno.serve take it. */
export type Fetch = (request: Request) => Promise<Response>

/** Serves a function of Request over real HTTP, as adapters do. */
export function serveFetch(fetch: Fetch, app: Pick<BindingApp, 'mounts'> = { mounts: [] }) {
  const server = http.createServer((message, response) => {
    const request = requestOf(message, response)
    fetch(request).then(
      (answer) => send(answer, message, response),
      () => response.writeHead(500).end('unanswered'),
    )
  })
  return listen(server, app)
}

function requestOf(message: IncomingMessage, response: ServerResponse): Request {
  const { method = 'GET', url, headers, headersDistinct } = message
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(`http://${headers.host}${url}`, {
    method,
    // All lines: `headers` has only the first of several `Authorization`.
    headers: Object.entries(headersDistinct).flatMap(([name, lines = []]) =>
      lines.map((line): [string, string] => [name, line]),
    ),
    signal: gone.signal,
    ...(hasBody ? { body: Readable.toWeb(message) as ReadableStream, duplex: 'half' } : {}),
  })
}

async function send(answer: Response, { method }: IncomingMessage, response: ServerResponse) {
  response.statusCode = answer.status
  response.setHeaders(answer.headers)
  if (!answer.body || method === 'HEAD') response.end()
  else await pipeline(Readable.fromWeb(answer.body as never), response).catch(() => undefined)
}
