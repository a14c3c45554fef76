/** Devices: list them, sign one out, sign out all others, or all. */
import type { SessionManager } from '@sojourn/core'
import { devicesPage } from '@sojourn/example-shop/views/devices'
import { plural } from '@sojourn/example-shop/views/words'
import { type Request, type Response, Router } from 'express'
import { forUser } from './for-user.ts'
import { field, sendPage } from './send-page.ts'

export function devicesRoutes(manager: SessionManager): Router {
  return Router()
    .get('/devices', forUser('devices', list))
    .post('/devices/revoke', forUser('devices', revoke))
    .post('/devices/revoke-others', forUser('devices', revokeOthers))
    .post('/devices/revoke-all', forUser('devices', revokeAll))

  /** Without `update`, the list would show this device as last seen before this request. */
  async function list(userId: string, req: Request, res: Response) {
    await req.session.update(() => undefined)
    const devices = await manager.sessions(userId, { current: req.session.id })
    sendPage(req, res, (_session, now) => devicesPage({ devices, now }))
  }

  /** The id comes from a form and may be of another user's session, so `revoke` checks whose it is. */
  async function revoke(userId: string, req: Request, res: Response) {
    const id = field(req, 'id')
    if (id === req.session.id) return signOutHere(req, res)
    const wasAlive = await manager.revoke(id, { userId })
    req.session.flash.add('info', wasAlive ? 'That device is signed out.' : 'It was not signed in.')
    res.redirect(303, '/devices')
  }

  async function revokeOthers(userId: string, req: Request, res: Response) {
    const count = await manager.revokeAll(userId, { except: req.session.id })
    req.session.flash.add('info', `Signed out on ${plural(count, 'other device')}.`)
    res.redirect(303, '/devices')
  }
}

async function revokeAll(_userId: string, { session }: Request, res: Response) {
  await session.destroyAll()
  res.redirect(303, '/signed-out')
}

async function signOutHere({ session }: Request, res: Response) {
  await session.destroy()
  res.redirect(303, '/signed-out')
}
