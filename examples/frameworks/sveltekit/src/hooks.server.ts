/** Around every page, action and endpoint: `locals.session`, committed before the response leaves. */
import { csrf, requireSession, sessions } from '@sojourn/web'
import type { Handle } from '@sveltejs/kit'
import { manager } from '$lib/server/session'

const withSession = sessions(manager)
const fromHere = csrf()
const signedIn = requireSession({ redirectTo: '/sign-in' })

export const handle: Handle = ({ event, resolve }) =>
  withSession(event.request, async (session) => {
    event.locals.session = session
    await fromHere(event.request, session)
    if (event.route.id?.startsWith('/account')) signedIn(event.request, session)
    return resolve(event)
  })
