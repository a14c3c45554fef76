import { once } from 'node:events'
import http2 from 'node:http2'
import { Readable } from 'node:stream'

/**
 * `fetch` over HTTP/2, a connection for each request, to be handed to the suite: the platform's own speaks HTTP/1.1.
 * `ca` is the certificate that a server is trusted by; without it the connection is in plain text.
 */
export function fetchHttp2(ca?: string): typeof fetch {
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
