/** The server, over HTTPS: browsers bind no session without it. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  type Clock,
  createSessionManager,
  type Duration,
  defaultConfig,
  type SessionManager,
} from '@sojourn/core'
import { deviceBound } from '@sojourn/device-bound'
import { memoryStore } from '@sojourn/store-memory'
import { generate } from 'selfsigned'
import { createApp } from './app.ts'

/** A server that runs. */
export interface RunningServer {
  readonly manager: SessionManager
  /** Where it is, such as `https://localhost:41233`. */
  readonly url: string
  /** Its certificate, PEM, which it has signed itself. */
  readonly certificate: string
  close(): void
}

/** Starts the server on a free port. `lifetime` is how long a bound cookie is valid. */
export async function startServer(options: {
  readonly lifetime: Duration
  readonly clock: Clock
}): Promise<RunningServer> {
  const { lifetime, clock } = options
  const manager = createSessionManager(
    defaultConfig(randomBytes(32), {
      store: memoryStore({ warn: () => undefined }), // that it forgets is fine here
      deviceBound: deviceBound({ lifetime }),
      clock,
    }),
  )
  const { private: key, cert } = await makeCertificate()
  const server = createServer({ key, cert }, createApp(manager)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    manager,
    url: `https://localhost:${port}`,
    certificate: cert,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Makes a certificate for localhost that the server signs itself, PEM. */
export function makeCertificate() {
  return generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    curve: 'P-256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  })
}
