import { addToCart } from '@sojourn/example-shop/cart'
import { findProduct } from '@sojourn/example-shop/products'
import { withSession } from '@/lib/session'

export function GET(request: Request): Promise<Response> {
  return withSession(request, ({ data }) => Response.json(data.cart ?? {}))
}

export function POST(request: Request): Promise<Response> {
  return withSession(request, async (session) => {
    const { product: id } = await request.json()
    const product = findProduct(id)
    if (!product) return new Response(null, { status: 404 })
    await session.update((data) => addToCart(data, product))
    return Response.json(session.data.cart)
  })
}
