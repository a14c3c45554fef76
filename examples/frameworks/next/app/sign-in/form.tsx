'use client'

import { useActionState } from 'react'
import { signIn } from '@/app/actions'

export function SignInForm() {
  const [said, act] = useActionState(signIn, '')
  return (
    <form action={act}>
      {said && <p role="alert">{said}</p>}
      <label>
        Name <input name="login" autoComplete="username" />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" />
      </label>
      <button type="submit">Sign in</button>
    </form>
  )
}
