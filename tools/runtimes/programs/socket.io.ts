import { logIn } from '@sojourn/core/testing'
import { attachSessions, type SocketSession } from '@sojourn/socket.io'
import { type DefaultEventsMap as Events, Server } from 'socket.io'
import { io as connect } from 'socket.io-client'
import { whileServing } from './http.ts'
import { createManager } from './page.ts'
import { check } from './round-trip.ts'

/** A socket has the session of its handshake, and ends with it. */
export async function prove(): Promise<void> {
  const manager = createManager()
  const io = new Server<Events, Events, Events, SocketSession>()
  attachSessions(io, manager)
  io.on('connection', ({ data }) => data.session.requireUser())
  await whileServing(
    () => undefined,
    async (url, server) => {
      io.attach(server)
      const { headers } = await logIn(manager, 'ada')
      const client = connect(url, { extraHeaders: headers, reconnection: false })
      await new Promise<void>((resolve, reject) => {
        client.on('connect', resolve)
        client.on('connect_error', reject)
      })
      const [socket] = await io.fetchSockets()
      check('The user of the socket', 'ada', socket?.data.session.userId)
      const disconnected = new Promise((resolve) => client.on('disconnect', resolve))
      await manager.revokeAll('ada')
      await disconnected
      await io.close()
    },
  )
}
