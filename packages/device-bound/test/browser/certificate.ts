import { generate } from 'selfsigned'

/** The site of the tests, one beside it, and another site; both link to it. */
export const hosts = {
  site: 'shop.example',
  sibling: 'help.shop.example',
  other: 'elsewhere.example',
} as const

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Makes a certificate for the hosts of the tests, PEM. */
export async function makeCertificate(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: hosts.site }], {
    algorithm: 'sha256',
    keyType: 'ec',
    curve: 'P-256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: Object.values(hosts).map((value) => ({ type: 2 as const, value })),
      },
    ],
  })
  return { key, cert }
}
