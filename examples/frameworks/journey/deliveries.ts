/** The service that the account page asks for the date of a delivery. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Deliveries {
  readonly url: string
  /** Delays all responses until the returned function is called. */
  hold(): () => void
  close(): void
}

export async function serveDeliveries(): Promise<Deliveries> {
  let open = Promise.resolve()
  const server = createServer(async (_request, response) => {
    await open
    response.end('Your lantern arrives on Friday.')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold() {
      let release = () => {}
      open = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
