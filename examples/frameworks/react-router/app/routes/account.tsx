import { askForDeliveries } from '@sojourn/example-shop/deliveries'
import { findUser } from '@sojourn/example-shop/users'
import { requireSession } from '@sojourn/web'
import { Suspense } from 'react'
import { Await, data, Form } from 'react-router'
import { guarded, sessionContext } from '../session.server'
import type { Route } from './+types/account'

export const middleware: Route.MiddlewareFunction[] = [
  guarded(requireSession({ redirectTo: '/sign-in' })),
]

export function loader({ context }: Route.LoaderArgs) {
  const session = context.get(sessionContext)
  return {
    name: findUser(session.requireUser())?.name,
    address: session.data.emailDraft ?? 'none',
    token: session.csrfToken(),
    deliveries: askForDeliveries(), // not awaited: the page is sent without it first
  }
}

export async function action({ request, context }: Route.ActionArgs) {
  const session = context.get(sessionContext)
  const form = await request.formData()
  if (!session.verifyCsrfToken(form.get('_csrf')))
    throw data('This form is not of this session.', { status: 403 })
  session.data.emailDraft = String(form.get('email'))
  return null
}

export default function Account({ loaderData }: Route.ComponentProps) {
  return (
    <main>
      <h1>Hello {loaderData.name}</h1>
      <p>
        Your address: <output>{loaderData.address}</output>
      </p>
      <Form method="post">
        <input type="hidden" name="_csrf" value={loaderData.token} />
        <label>
          E-mail <input name="email" />
        </label>
        <button type="submit">Keep the address</button>
      </Form>
      <Suspense fallback={<p>Looking for parcels…</p>}>
        <Await resolve={loaderData.deliveries}>{(text) => <p>{text}</p>}</Await>
      </Suspense>
      <Form method="post" action="/sign-out">
        <button type="submit">Sign out</button>
      </Form>
    </main>
  )
}
