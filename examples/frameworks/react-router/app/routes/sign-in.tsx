import { authenticate } from '@sojourn/example-shop/users'
import { Form, redirect } from 'react-router'
import { sessionContext } from '../session.server'
import type { Route } from './+types/sign-in'

export async function action({ request, context }: Route.ActionArgs) {
  const form = await request.formData()
  const login = String(form.get('login'))
  const user = await authenticate(login, String(form.get('password')))
  if (!user) return { message: 'That name and password do not belong together.', login }
  await context.get(sessionContext).login(user.id)
  return redirect('/account', 303)
}

export default function SignIn({ actionData: failed }: Route.ComponentProps) {
  return (
    <main>
      <h1>Sign in</h1>
      <Form method="post">
        {failed && <p role="alert">{failed.message}</p>}
        <label>
          Name <input name="login" autoComplete="username" defaultValue={failed?.login} />
        </label>
        <label>
          Password <input name="password" type="password" autoComplete="current-password" />
        </label>
        <button type="submit">Sign in</button>
      </Form>
    </main>
  )
}
