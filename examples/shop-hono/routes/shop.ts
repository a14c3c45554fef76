/** The shop and the cart: sessions of visitors who are not signed in. */
import type { SessionData } from '@sojourn/core'
import { addToCart, takeFromCart } from '@sojourn/example-shop/cart'
import { findProduct } from '@sojourn/example-shop/products'
import { cartPage } from '@sojourn/example-shop/views/cart'
import { shopPage } from '@sojourn/example-shop/views/shop'
import { Hono } from 'hono'
import type { ShopContext, ShopEnv } from '../env.ts'
import { field, goTo, sendPage } from './send-page.ts'

export function shopRoutes() {
  return new Hono<ShopEnv>()
    .get('/', countVisit)
    .get('/cart', (c) => sendPage(c, cartPage))
    .post('/cart/add', add)
    .post('/cart/remove', remove)
    .post('/clicks', click)
    .post('/rotate', rotate)
}

/**
 * Counts visits once there is a session: visitors who only look around get no cookie. `update` writes at once, so that
 * the panel shows the session after the write, which may have rotated the token.
 */
async function countVisit(c: ShopContext) {
  const session = c.get('session')
  if (!session.isNew) await session.update(addVisit)
  return sendPage(c, shopPage)
}

/** `update` works on the newest data, so that parallel requests add up. */
async function add(c: ShopContext) {
  const session = c.get('session')
  const product = findProduct(await field(c, 'product'))
  if (!product) return goTo(c, '/')
  session.flash.add('info', `${product.name} is in your cart.`)
  await session.update((data) => addToCart(data, product))
  return goBack(c)
}

async function remove(c: ShopContext) {
  const session = c.get('session')
  const product = findProduct(await field(c, 'product'))
  if (!product) return goTo(c, '/')
  session.flash.add('info', `One ${product.name} less.`)
  await session.update((data) => takeFromCart(data, product))
  return goBack(c)
}

/** For the script of the home page, which sends twenty at once. */
async function click(c: ShopContext) {
  const count = await c.get('session').update((data) => {
    data.clicks = (data.clicks ?? 0) + 1
    return data.clicks
  })
  return c.json({ count })
}

/** Replaces the token; the id stays. The old cookie stops working at once. */
function rotate(c: ShopContext) {
  const session = c.get('session')
  session.rotate()
  session.flash.add('info', 'Your browser has a new token; the old one opens nothing.')
  return goTo(c, '/')
}

function addVisit(data: SessionData) {
  data.visits = (data.visits ?? 0) + 1
}

async function goBack(c: ShopContext) {
  return goTo(c, (await field(c, 'back')) === '/cart' ? '/cart' : '/')
}
