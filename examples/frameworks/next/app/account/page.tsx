import { askForDeliveries } from '@sojourn/example-shop/deliveries'
import { findUser } from '@sojourn/example-shop/users'
import { Suspense } from 'react'
import { keepAddress, signOut } from '@/app/actions'
import { readSession } from '@/lib/session'

export default async function Account() {
  const session = await readSession()
  return (
    <main>
      <h1>Hello {findUser(session.requireUser())?.name}</h1>
      <p>
        Your address: <output>{session.data.emailDraft ?? 'none'}</output>
      </p>
      <form action={keepAddress}>
        <input type="hidden" name="_csrf" value={session.csrfToken()} />
        <label>
          E-mail <input name="email" />
        </label>
        <button type="submit">Keep the address</button>
      </form>
      <Suspense fallback={<p>Looking for parcels…</p>}>
        <Deliveries />
      </Suspense>
      <form action={signOut}>
        <button type="submit">Sign out</button>
      </form>
    </main>
  )
}

async function Deliveries() {
  return <p>{await askForDeliveries()}</p>
}
