/** The shop and the cart: sessions of visitors who are not signed in. */
import Router from '@koa/router'
import type { SessionData } from '@sojourn/core'
import { addToCart, takeFromCart } from '@sojourn/example-shop/cart'
import { findProduct } from '@sojourn/example-shop/products'
import { cartPage } from '@sojourn/example-shop/views/cart'
import { shopPage } from '@sojourn/example-shop/views/shop'
import type { Context } from 'koa'
import { field, goTo, sendPage } from './send-page.ts'

export function shopRoutes() {
  return new Router()
    .get('/', countVisit)
    .get('/cart', (ctx: Context) => sendPage(ctx, cartPage))
    .post('/cart/add', add)
    .post('/cart/remove', remove)
    .post('/clicks', click)
    .post('/rotate', rotate)
    .routes()
}

/**
 * Counts visits once there is a session: visitors who only look around get no cookie. `update` writes at once, so that
 * the panel shows the session after the write, which may have rotated the token.
 */
async function countVisit(ctx: Context) {
  if (!ctx.session.isNew) await ctx.session.update(addVisit)
  sendPage(ctx, shopPage)
}

/** `update` works on the newest data, so that parallel requests add up. */
async function add(ctx: Context) {
  const product = findProduct(field(ctx, 'product'))
  if (!product) return goTo(ctx, '/')
  ctx.session.flash.add('info', `${product.name} is in your cart.`)
  await ctx.session.update((data) => addToCart(data, product))
  goBack(ctx)
}

async function remove(ctx: Context) {
  const product = findProduct(field(ctx, 'product'))
  if (!product) return goTo(ctx, '/')
  ctx.session.flash.add('info', `One ${product.name} less.`)
  await ctx.session.update((data) => takeFromCart(data, product))
  goBack(ctx)
}

/** For the script of the home page, which sends twenty at once. */
async function click(ctx: Context) {
  const count = await ctx.session.update((data) => {
    data.clicks = (data.clicks ?? 0) + 1
    return data.clicks
  })
  ctx.body = { count }
}

/** Replaces the token; the id stays. The old cookie stops working at once. */
function rotate(ctx: Context) {
  ctx.session.rotate()
  ctx.session.flash.add('info', 'Your browser has a new token; the old one opens nothing.')
  goTo(ctx, '/')
}

function addVisit(data: SessionData) {
  data.visits = (data.visits ?? 0) + 1
}

function goBack(ctx: Context) {
  goTo(ctx, field(ctx, 'back') === '/cart' ? '/cart' : '/')
}
