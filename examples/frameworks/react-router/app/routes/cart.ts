import { addToCart } from '@sojourn/example-shop/cart'
import { findProduct } from '@sojourn/example-shop/products'
import { sessionContext } from '../session.server'
import type { Route } from './+types/cart'

export function loader({ context }: Route.LoaderArgs) {
  return Response.json(context.get(sessionContext).data.cart ?? {})
}

export async function action({ request, context }: Route.ActionArgs) {
  const session = context.get(sessionContext)
  const { product: id } = await request.json()
  const product = findProduct(id)
  if (!product) return new Response(null, { status: 404 })
  await session.update((data) => addToCart(data, product))
  return Response.json(session.data.cart)
}
