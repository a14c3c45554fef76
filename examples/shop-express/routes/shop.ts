/** The shop and the cart: sessions of visitors who are not signed in. */
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
  .post('/clicks', click)
  .post('/rotate', rotate)

/**
 * Counts visits once there is a session: visitors who only look around get no cookie. `update` writes at once, so that
 * the panel shows the session after the write, which may have rotated the token.
 */
async function countVisit(req: Request, res: Response) {
  const { session } = req
  if (!session.isNew) await session.update(addVisit)
  sendPage(req, res, shopPage)
}

/** `update` works on the newest data, so that parallel requests add up. */
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

/** For the script of the home page, which sends twenty at once. */
async function click(req: Request, res: Response) {
  const count = await req.session.update((data) => {
    data.clicks = (data.clicks ?? 0) + 1
    return data.clicks
  })
  res.json({ count })
}

/** Replaces the token; the id stays. The old cookie stops working at once. */
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
