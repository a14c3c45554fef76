import { authenticate } from '@sojourn/example-shop/users'
import { Form, redirect } from 'react-router'
import { sessionContext } from '../session.server'
import type { Route } from './+types/sign-in'

export async function action({ request, context }: Route.ActionArgs) {
  const form = await request.formData()
  const user = await authenticate(String(form.get('login')), String(form.get('password')))
  if (!user) return 'That name and password do not belong together.'
  await context.get(sessionContext).login(user.id)
  return redirect('/account', 303)
}

export default function SignIn({ actionData: said }: Route.ComponentProps) {
  return (
    <main>
      <h1>Sign in</h1>
      <Form method="post">
        {said && <p role="alert">{said}</p>}
        <label>
          Name <input name="login" autoComplete="username" />
        </label>
        <label>
          Password <input name="password" type="password" autoComplete="current-password" />
        </label>
        <button type="submit">Sign in</button>
      </Form>
    </main>
  )
}
