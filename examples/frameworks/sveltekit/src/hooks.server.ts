/** Runs around every page, action and endpoint: `locals.session` is committed before the response is sent. */
import { csrf, requireRecent, requireSession, sessions } from '@sojourn/web'
import type { Handle } from '@sveltejs/kit'
import { manager } from '$lib/server/session'

const withSession = sessions(manager)
const checkOrigin = csrf()
const checkToken = csrf({ token: true })
const requireLogin = requireSession()
const requireLoginPage = requireSession({ redirectTo: '/sign-in' })
const requireRecentLogin = requireRecent('10m')

export const handle: Handle = ({ event, resolve }) =>
  withSession(event.request, async (session) => {
    const { locals, request, route } = event
    locals.session = session
    await checkOrigin(request, session)
    if (route.id?.startsWith('/account')) requireLoginPage(request, session)
    // Guards are called here, not in endpoints, because SvelteKit makes every error inside of resolve() a 500.
    if (route.id === '/api/orders') {
      requireLogin(request, session)
      await checkToken(request, session)
      if (request.method !== 'GET') requireRecentLogin(request, session)
    }
    return resolve(event)
  })
