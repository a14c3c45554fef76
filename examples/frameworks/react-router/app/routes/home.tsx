import { addToCart, countOf } from '@sojourn/example-shop/cart'
import { findProduct, products } from '@sojourn/example-shop/products'
import { findUser } from '@sojourn/example-shop/users'
import { Form, Link, redirect } from 'react-router'
import { sessionContext } from '../session.server'
import type { Route } from './+types/home'

export function loader({ context }: Route.LoaderArgs) {
  const { data, userId } = context.get(sessionContext)
  return { count: countOf(data), name: findUser(userId)?.name, products }
}

export async function action({ request, context }: Route.ActionArgs) {
  const form = await request.formData()
  const product = findProduct(String(form.get('product')))
  if (product) addToCart(context.get(sessionContext).data, product)
  return redirect('/', 303)
}

export default function Home({ loaderData: { count, name, products } }: Route.ComponentProps) {
  return (
    <main>
      <h1>Shop</h1>
      <p>{name ? `Signed in as ${name}.` : 'Nobody is signed in.'}</p>
      <p>
        <Link to="/account">Account</Link> <output>Cart {count}</output>
      </p>
      {products.map(({ id, name }) => (
        <Form key={id} method="post">
          <input type="hidden" name="product" value={id} />
          <button type="submit">Add {name} to the cart</button>
        </Form>
      ))}
    </main>
  )
}
