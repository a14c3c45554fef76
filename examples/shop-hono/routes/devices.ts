/** Devices: list them, sign one out, sign out all others, or all. */
import type { SessionManager } from '@sojourn/core'
import { devicesPage } from '@sojourn/example-shop/views/devices'
import { plural } from '@sojourn/example-shop/views/words'
import { Hono } from 'hono'
import type { ShopContext, ShopEnv } from '../env.ts'
import { forUser } from './for-user.ts'
import { field, goTo, sendPage } from './send-page.ts'

export function devicesRoutes(manager: SessionManager) {
  return new Hono<ShopEnv>()
    .get('/devices', forUser('devices', list))
    .post('/devices/revoke', forUser('devices', revoke))
    .post('/devices/revoke-others', forUser('devices', revokeOthers))
    .post('/devices/revoke-all', forUser('devices', revokeAll))

  /** Without `update`, the list would show this device as last seen before this request. */
  async function list(userId: string, c: ShopContext) {
    const session = c.get('session')
    await session.update(() => undefined)
    const devices = await manager.sessions(userId, { current: session.id })
    return sendPage(c, (_session, now) => devicesPage({ devices, now }))
  }

  /** The id comes from a form and may be of another user's session, so `revoke` checks whose it is. */
  async function revoke(userId: string, c: ShopContext) {
    const session = c.get('session')
    const id = await field(c, 'id')
    if (id === session.id) return signOutHere(c)
    const wasAlive = await manager.revoke(id, { userId })
    session.flash.add('info', wasAlive ? 'That device is signed out.' : 'It was not signed in.')
    return goTo(c, '/devices')
  }

  async function revokeOthers(userId: string, c: ShopContext) {
    const session = c.get('session')
    const count = await manager.revokeAll(userId, { except: session.id })
    session.flash.add('info', `Signed out on ${plural(count, 'other device')}.`)
    return goTo(c, '/devices')
  }
}

async function revokeAll(_userId: string, c: ShopContext) {
  await c.get('session').destroyAll()
  return goTo(c, '/signed-out')
}

async function signOutHere(c: ShopContext) {
  await c.get('session').destroy()
  return goTo(c, '/signed-out')
}
