import { authenticate } from '@sojourn/example-shop/users'
import { fail, redirect } from '@sveltejs/kit'
import type { Actions } from './$types'

export const actions: Actions = {
  async default({ request, locals: { session } }) {
    const form = await request.formData()
    const user = await authenticate(String(form.get('login')), String(form.get('password')))
    if (!user) return fail(400, { said: 'That name and password do not belong together.' })
    await session.login(user.id)
    redirect(303, '/account')
  },
}
