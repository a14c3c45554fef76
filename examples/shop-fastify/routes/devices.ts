/** Devices: list them, sign one out, sign out all others, or all. */
import type { SessionManager } from '@sojourn/core'
import { devicesPage } from '@sojourn/example-shop/views/devices'
import { plural } from '@sojourn/example-shop/views/words'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { forUser } from './for-user.ts'
import { field, goTo, sendPage } from './send-page.ts'

export function devicesRoutes(app: FastifyInstance, manager: SessionManager) {
  app.get('/devices', forUser('devices', list))
  app.post('/devices/revoke', forUser('devices', revoke))
  app.post('/devices/revoke-others', forUser('devices', revokeOthers))
  app.post('/devices/revoke-all', forUser('devices', revokeAll))

  /** Without `update`, the list would show this device as last seen before this request. */
  async function list(userId: string, request: FastifyRequest, reply: FastifyReply) {
    const { session } = request
    await session.update(() => undefined)
    const devices = await manager.sessions(userId, { current: session.id })
    return sendPage(reply, (_session, now) => devicesPage({ devices, now }))
  }

  /** The id comes from a form and may be of another user's session, so `revoke` checks whose it is. */
  async function revoke(userId: string, request: FastifyRequest, reply: FastifyReply) {
    const { session } = request
    const id = field(request, 'id')
    if (id === session.id) {
      await session.destroy()
      return goTo(reply, '/signed-out')
    }
    const wasAlive = await manager.revoke(id, { userId })
    session.flash.add('info', wasAlive ? 'That device is signed out.' : 'It was not signed in.')
    return goTo(reply, '/devices')
  }

  async function revokeOthers(userId: string, { session }: FastifyRequest, reply: FastifyReply) {
    const count = await manager.revokeAll(userId, { except: session.id })
    session.flash.add('info', `Signed out on ${plural(count, 'other device')}.`)
    return goTo(reply, '/devices')
  }
}

async function revokeAll(_userId: string, { session }: FastifyRequest, reply: FastifyReply) {
  await session.destroyAll()
  return goTo(reply, '/signed-out')
}
