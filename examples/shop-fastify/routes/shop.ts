/** The shop and the cart: sessions of visitors who are not signed in. */
import type { SessionData } from '@sojourn/core'
import { addToCart, takeFromCart } from '@sojourn/example-shop/cart'
import { findProduct } from '@sojourn/example-shop/products'
import { cartPage } from '@sojourn/example-shop/views/cart'
import { shopPage } from '@sojourn/example-shop/views/shop'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { field, goTo, sendPage } from './send-page.ts'

export function shopRoutes(app: FastifyInstance) {
  app.get('/', countVisit)
  app.get('/cart', async (_request, reply) => sendPage(reply, cartPage))
  app.post('/cart/add', add)
  app.post('/cart/remove', remove)
  app.post('/clicks', click)
  app.post('/rotate', rotate)
}

/**
 * Counts visits once there is a session: visitors who only look around get no cookie. `update` writes at once, so that
 * the panel shows the session after the write, which may have rotated the token.
 */
async function countVisit({ session }: FastifyRequest, reply: FastifyReply) {
  if (!session.isNew) await session.update(addVisit)
  return sendPage(reply, shopPage)
}

/** `update` works on the newest data, so that parallel requests add up. */
async function add(request: FastifyRequest, reply: FastifyReply) {
  const product = findProduct(field(request, 'product'))
  if (!product) return goTo(reply, '/')
  request.session.flash.add('info', `${product.name} is in your cart.`)
  await request.session.update((data) => addToCart(data, product))
  return goBack(request, reply)
}

async function remove(request: FastifyRequest, reply: FastifyReply) {
  const product = findProduct(field(request, 'product'))
  if (!product) return goTo(reply, '/')
  request.session.flash.add('info', `One ${product.name} less.`)
  await request.session.update((data) => takeFromCart(data, product))
  return goBack(request, reply)
}

/** For the script of the home page, which sends twenty at once. */
async function click({ session }: FastifyRequest) {
  const count = await session.update((data) => {
    data.clicks = (data.clicks ?? 0) + 1
    return data.clicks
  })
  return { count }
}

/** Replaces the token; the id stays. The old cookie stops working at once. */
async function rotate({ session }: FastifyRequest, reply: FastifyReply) {
  session.rotate()
  session.flash.add('info', 'Your browser has a new token; the old one opens nothing.')
  return goTo(reply, '/')
}

function addVisit(data: SessionData) {
  data.visits = (data.visits ?? 0) + 1
}

function goBack(request: FastifyRequest, reply: FastifyReply) {
  return goTo(reply, field(request, 'back') === '/cart' ? '/cart' : '/')
}
