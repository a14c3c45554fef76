/** Your devices: list them, sign one out, sign out all others. */
import type { SessionManager } from '@sojourn/core'
import { type Request, type Response, Router } from 'express'
import { devicesPage } from '../views/devices.ts'
import { plural } from '../views/words.ts'
import { field, sendPage } from './send-page.ts'

export function devicesRoutes(manager: SessionManager): Router {
  return Router()
    .get('/devices', forUser(list))
    .post('/devices/revoke', forUser(revoke))
    .post('/devices/revoke-others', forUser(revokeOthers))

  async function list(userId: string, req: Request, res: Response) {
    const devices = await manager.sessions(userId)
    sendPage(req, res, (session) => devicesPage(session, devices))
  }

  /** A form can name any session, so only one of the user's own is revoked. */
  async function revoke(userId: string, req: Request, res: Response) {
    const id = field(req, 'id')
    if (id === req.session.id) return signOutHere(req, res)
    const devices = await manager.sessions(userId)
    const isOwn = devices.some((device) => device.id === id)
    const wasAlive = isOwn && (await manager.revoke(id))
    req.session.flash.add('info', wasAlive ? 'That device is signed out.' : 'It was not signed in.')
    res.redirect(303, '/devices')
  }

  async function revokeOthers(userId: string, req: Request, res: Response) {
    const count = await manager.revokeAll(userId, { except: req.session.id })
    req.session.flash.add('info', `Signed out on ${plural(count, 'other device')}.`)
    res.redirect(303, '/devices')
  }
}

async function signOutHere({ session }: Request, res: Response) {
  await session.destroy()
  res.redirect(303, '/signed-out')
}

/** Hands the user's id to a handler; whoever is not signed in is asked to. */
function forUser(handle: (userId: string, req: Request, res: Response) => Promise<void>) {
  return async (req: Request, res: Response) => {
    const { userId, flash } = req.session
    if (userId !== undefined) return handle(userId, req, res)
    flash.add('info', 'Sign in to see your devices.')
    res.redirect(303, '/sign-in')
  }
}
