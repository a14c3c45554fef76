import { addToCart } from '@sojourn/example-shop/cart'
import { findProduct } from '@sojourn/example-shop/products'
import { error, json } from '@sveltejs/kit'
import type { RequestHandler } from './$types'

export const GET: RequestHandler = ({ locals: { session } }) => json(session.data.cart ?? {})

export const POST: RequestHandler = async ({ request, locals: { session } }) => {
  const { product: id } = await request.json()
  const product = findProduct(id)
  if (!product) error(404)
  await session.update((data) => addToCart(data, product))
  return json(session.data.cart)
}
