import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { roundTrip } from './round-trip.ts'

/** Makes the round trip through a server of `node:http`. */
export async function roundTripOverHttp(listener: RequestListener): Promise<void> {
  await whileServing(listener, (url) => roundTrip(url))
}

/** Calls `use` while a server of `node:http` listens at `url`. */
export async function whileServing(
  listener: RequestListener,
  use: (url: string, server: Server) => Promise<void>,
): Promise<void> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    await use(`http://127.0.0.1:${port}`, server)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
