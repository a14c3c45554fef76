'use server'

import { addToCart } from '@sojourn/example-shop/cart'
import { findProduct } from '@sojourn/example-shop/products'
import { authenticate } from '@sojourn/example-shop/users'
import { refresh } from 'next/cache'
import { forbidden, redirect } from 'next/navigation'
import { changeSession } from '@/lib/session'

export async function add(form: FormData) {
  const product = findProduct(String(form.get('product')))
  if (product) await changeSession(({ data }) => addToCart(data, product))
  redirect('/')
}

/** Returns what the form shows after a failed attempt. React empties a form after its action, so the name is returned too. */
export async function signIn(
  _before: unknown,
  form: FormData,
): Promise<{ message: string; login: string }> {
  const login = String(form.get('login'))
  const user = await authenticate(login, String(form.get('password')))
  if (!user) return { message: 'That name and password do not belong together.', login }
  return changeSession(async (session) => {
    await session.login(user.id)
    redirect('/account')
  })
}

export async function keepAddress(form: FormData) {
  await changeSession((session) => {
    session.requireUser()
    if (!session.verifyCsrfToken(form.get('_csrf'))) forbidden()
    session.data.emailDraft = String(form.get('email'))
  })
  refresh() // a change of data sets no cookie, so Next.js would not render the page again
}

export async function signOut() {
  await changeSession((session) => session.destroy())
  redirect('/')
}
