import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { counterJourney } from '../../counter-journey.ts'
import { app } from '../app.ts'

counterJourney(async () => {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
})
