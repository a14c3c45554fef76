import { once } from 'node:events'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'

/** What a handler of the compatibility API is. */
export type Http2Listener = (
  request: http2.Http2ServerRequest,
  response: http2.Http2ServerResponse,
) => void

/** A certificate for this machine, trusted by nobody but who is given it. */
export async function makeCertificate() {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  })
  return { key, cert }
}

/** Serves HTTP/2, over TLS where there is a certificate. */
export async function serveHttp2(
  listener: Http2Listener,
  certificate?: { readonly key: string; readonly cert: string },
) {
  const server = certificate
    ? http2.createSecureServer(certificate, listener)
    : http2.createServer(listener)
  const open = new Set<http2.ServerHttp2Session>()
  server.on('session', (session) => open.add(session))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    async close() {
      for (const session of open) session.destroy()
      server.close()
    },
  }
}
