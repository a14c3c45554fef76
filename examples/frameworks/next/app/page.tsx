import { countOf } from '@sojourn/example-shop/cart'
import { products } from '@sojourn/example-shop/products'
import { findUser } from '@sojourn/example-shop/users'
import Link from 'next/link'
import { add } from '@/app/actions'
import { readSession } from '@/lib/session'

export default async function Home() {
  const { data, userId } = await readSession()
  return (
    <main>
      <h1>Shop</h1>
      <p>
        {userId === undefined ? 'Nobody is signed in.' : `Signed in as ${findUser(userId)?.name}.`}
      </p>
      <p>
        <Link href="/account">Account</Link> <output>Cart {countOf(data)}</output>
      </p>
      {products.map(({ id, name }) => (
        <form key={id} action={add}>
          <input type="hidden" name="product" value={id} />
          <button type="submit">Add {name} to the cart</button>
        </form>
      ))}
    </main>
  )
}
