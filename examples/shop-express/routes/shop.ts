/** The shop and the cart: what a session is for before anybody signs in. */
import type { SessionData } from '@sojourn/core'
import { addToCart, takeFromCart } from '@sojourn/example-shop/cart'
import { findProduct } from '@sojourn/example-shop/products'
import { cartPage } from '@sojourn/example-shop/views/cart'
import { shopPage } from '@sojourn/example-shop/views/shop'
import { type Request, type Response, Router } from 'express'
import { field, sendPage } from './send-page.ts'

export const shopRoutes: Router = Router()
  .get('/', countVisit)
  .get('/cart', (req, res) => sendPage(req, res, cartPage))
  .post('/cart/add', add)
  .post('/cart/remove', remove)
  .post('/rotate', rotate)

/**
 * Counts once something is kept: a visitor who only looks around gets no cookie. `update` writes at once, so the panel
 * shows the session as it is after that, with the token that changed by age.
 */
async function countVisit(req: Request, res: Response) {
  const { session } = req
  if (!session.isNew) await session.update(addVisit)
  sendPage(req, res, shopPage)
}

/** `update` works on the newest data, so that two quick clicks add two. */
async function add(req: Request, res: Response) {
  const product = findProduct(field(req, 'product'))
  if (!product) return res.redirect(303, '/')
  req.session.flash.add('info', `${product.name} is in your cart.`)
  await req.session.update((data) => addToCart(data, product))
  goBack(req, res)
}

async function remove(req: Request, res: Response) {
  const product = findProduct(field(req, 'product'))
  if (!product) return res.redirect(303, '/')
  req.session.flash.add('info', `One ${product.name} less.`)
  await req.session.update((data) => takeFromCart(data, product))
  goBack(req, res)
}

/** The id stays and the token changes: the old cookie opens nothing from here on. */
function rotate(req: Request, res: Response) {
  req.session.rotate()
  req.session.flash.add('info', 'Your browser has a new token; the old one opens nothing.')
  res.redirect(303, '/')
}

function addVisit(data: SessionData) {
  data.visits = (data.visits ?? 0) + 1
}

function goBack(req: Request, res: Response) {
  res.redirect(303, field(req, 'back') === '/cart' ? '/cart' : '/')
}
