import { once } from 'node:events'
import http2 from 'node:http2'
import { Readable } from 'node:stream'

/**
 * Returns a `fetch` over HTTP/2 for the binding suite, because the platform's speaks HTTP/1.1. Opens a connection for
 * each request. Repeats a request once if its stream was refused: nothing of it was processed (RFC 9113, section 8.7).
 *
 * @param ca The certificate to trust. Without it the connection is plain text.
 */
export function fetchHttp2(ca?: string): typeof fetch {
  const fetchOnce = createFetchOnce(ca)
  return (input, init) =>
    fetchOnce(input, init).catch((error: unknown) => {
      if (isRefused(error)) return fetchOnce(input, init)
      throw error
    })
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && error.message.includes('NGHTTP2_REFUSED_STREAM')
}

function createFetchOnce(ca: string | undefined): typeof fetch {
  return async (input, init = {}) => {
    const { origin, pathname, search } = new URL(String(input))
    const connection = http2.connect(origin, ca ? { ca } : {})
    const stream = connection.request(
      {
        ':method': init.method ?? 'GET',
        ':path': pathname + search,
        ...(init.headers as Record<string, string>),
      },
      init.signal ? { signal: init.signal } : {},
    )
    stream.end(init.body)
    stream.once('close', () => connection.close())
    connection.on('error', (error) => stream.destroy(error))
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
    const status = Number(headers[':status'])
    const hasBody = status !== 204 && status !== 304
    return new Response(hasBody ? (Readable.toWeb(stream) as ReadableStream) : null, {
      status,
      headers: Object.entries(headers).flatMap(([name, value]) =>
        name.startsWith(':')
          ? []
          : [value ?? []].flat().map((line): [string, string] => [name, String(line)]),
      ),
    })
  }
}
