import { generate } from 'selfsigned'

/** The files of a TLS server, PEM: the CA certificate that clients trust, its certificate and its key. */
export interface Certificates {
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/** Creates a CA and a certificate for loopback, both valid for 30 days. */
export async function makeCertificates(): Promise<Certificates> {
  const options = {
    algorithm: 'sha256',
    keyType: 'ec',
    curve: 'P-256',
    notAfterDate: new Date(Date.now() + 30 * 86_400_000),
  } as const
  const authority = await generate([{ name: 'commonName', value: 'Redis lab' }], {
    ...options,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...options,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { ca: authority.cert, certificate: server.cert, key: server.private }
}
