'use client'

import { useActionState } from 'react'
import { signIn } from '@/app/actions'

export function SignInForm() {
  const [failed, act] = useActionState(signIn, undefined)
  return (
    <form action={act}>
      {failed && <p role="alert">{failed.message}</p>}
      <label>
        Name <input name="login" autoComplete="username" defaultValue={failed?.login} />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" />
      </label>
      <button type="submit">Sign in</button>
    </form>
  )
}
