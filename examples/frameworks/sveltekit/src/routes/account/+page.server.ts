import { askForDeliveries } from '@sojourn/example-shop/deliveries'
import { findUser } from '@sojourn/example-shop/users'
import { error, redirect } from '@sveltejs/kit'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = ({ locals: { session } }) => ({
  name: findUser(session.requireUser())?.name,
  address: session.data.emailDraft ?? 'none',
  token: session.csrfToken(),
  deliveries: askForDeliveries(), // not awaited: the page is sent without it first
})

export const actions: Actions = {
  async keepAddress({ request, locals: { session } }) {
    const form = await request.formData()
    if (!session.verifyCsrfToken(form.get('_csrf'))) error(403, 'This form is not of this session.')
    session.data.emailDraft = String(form.get('email'))
  },
  async signOut({ locals: { session } }) {
    await session.destroy()
    redirect(303, '/')
  },
}
