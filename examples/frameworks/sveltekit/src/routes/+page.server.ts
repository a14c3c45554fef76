import { addToCart, countOf } from '@sojourn/example-shop/cart'
import { findProduct, products } from '@sojourn/example-shop/products'
import { findUser } from '@sojourn/example-shop/users'
import { redirect } from '@sveltejs/kit'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = ({ locals: { session } }) => ({
  count: countOf(session.data),
  name: findUser(session.userId)?.name,
  products,
})

export const actions: Actions = {
  async default({ request, locals: { session } }) {
    const form = await request.formData()
    const product = findProduct(String(form.get('product')))
    if (product) addToCart(session.data, product)
    redirect(303, '/')
  },
}
