/** The shop and the cart: what a session is for before anybody signs in. */
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
  app.post('/rotate', rotate)
}

/**
 * Counts once something is kept: a visitor who only looks around gets no cookie. `update` writes at once, so the panel
 * shows the session as it is after that, with the token that changed by age.
 */
async function countVisit({ session }: FastifyRequest, reply: FastifyReply) {
  if (!session.isNew) await session.update(addVisit)
  return sendPage(reply, shopPage)
}

/** `update` works on the newest data, so that two quick clicks add two. */
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

/** The id stays and the token changes: the old cookie opens nothing from here on. */
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
