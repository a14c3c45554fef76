/** Devices: list them, sign one out, sign out all others, or all. */
import Router from '@koa/router'
import type { SessionManager } from '@sojourn/core'
import { devicesPage } from '@sojourn/example-shop/views/devices'
import { plural } from '@sojourn/example-shop/views/words'
import type { Context } from 'koa'
import { forUser } from './for-user.ts'
import { field, goTo, sendPage } from './send-page.ts'

export function devicesRoutes(manager: SessionManager) {
  return new Router()
    .get('/devices', forUser('devices', list))
    .post('/devices/revoke', forUser('devices', revoke))
    .post('/devices/revoke-others', forUser('devices', revokeOthers))
    .post('/devices/revoke-all', forUser('devices', revokeAll))
    .routes()

  /** Without `update`, the list would show this device as last seen before this request. */
  async function list(userId: string, ctx: Context) {
    await ctx.session.update(() => undefined)
    const devices = await manager.sessions(userId, { current: ctx.session.id })
    sendPage(ctx, (_session, now) => devicesPage({ devices, now }))
  }

  /** The id comes from a form and may be of another user's session, so `revoke` checks whose it is. */
  async function revoke(userId: string, ctx: Context) {
    const { session } = ctx
    const id = field(ctx, 'id')
    if (id === session.id) return signOutHere(ctx)
    const wasAlive = await manager.revoke(id, { userId })
    session.flash.add('info', wasAlive ? 'That device is signed out.' : 'It was not signed in.')
    goTo(ctx, '/devices')
  }

  async function revokeOthers(userId: string, ctx: Context) {
    const { session } = ctx
    const count = await manager.revokeAll(userId, { except: session.id })
    session.flash.add('info', `Signed out on ${plural(count, 'other device')}.`)
    goTo(ctx, '/devices')
  }
}

async function revokeAll(_userId: string, ctx: Context) {
  await ctx.session.destroyAll()
  goTo(ctx, '/signed-out')
}

async function signOutHere(ctx: Context) {
  await ctx.session.destroy()
  goTo(ctx, '/signed-out')
}
