import { once } from 'node:events'
import http2 from 'node:http2'
import { Readable } from 'node:stream'

/**
 * `fetch` over HTTP/2, a connection for each request, to be handed to the suite: the platform's own speaks HTTP/1.1.
 * `ca` is the certificate that a server is trusted by; without it the connection is in plain text. A stream that was
 * refused is asked for once more, as every client may: nothing of it was processed (RFC 9113, 8.7).
 */
export function fetchHttp2(ca?: string): typeof fetch {
  const ask = askOnce(ca)
  return (input, init) =>
    ask(input, init).catch((error: unknown) => {
      if (isRefused(error)) return ask(input, init)
      throw error
    })
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && error.message.includes('NGHTTP2_REFUSED_STREAM')
}

function askOnce(ca: string | undefined): typeof fetch {
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
