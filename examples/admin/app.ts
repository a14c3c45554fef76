/** The demo shop, and the page for its operators at /admin. */
import { getRequestListener } from '@hono/node-server'
import { adminPage } from '@sojourn/admin'
import type { SessionManager } from '@sojourn/core'
import type { Setting } from '@sojourn/example-shop/setting'
import { findUser, users } from '@sojourn/example-shop/users'
import { createApp as createShop } from '@sojourn/example-shop-express/app'
import express, { type Express } from 'express'

/** The only operator is Ada. A real application would look the role up, and ask for a recent login. */
const operatorId = users[0]?.id

/** Returns the shop with the page for operators. */
export function createApp(setting: Setting): Express {
  const page = getRequestListener(createPage(setting.manager), { overrideGlobalObjects: false })
  return express().disable('x-powered-by').all('/admin', page).use(createShop(setting))
}

function createPage(manager: SessionManager) {
  return adminPage(manager, {
    async authorize(request) {
      const { userId } = await manager.read(request.headers)
      return userId === operatorId && findUser(userId)?.name
    },
    title: 'Shop sessions',
    showData: ({ data: { cart, visits } }) => ({ cart, visits }), // not the e-mail address
    by: {
      device: ({ client }) => client['device'],
      cart: ({ data }) => (data.cart === undefined ? 'empty' : 'filled'),
    },
    audit: (action) => console.info('operator', action),
  })
}
