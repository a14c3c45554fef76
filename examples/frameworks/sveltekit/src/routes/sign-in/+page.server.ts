import { authenticate } from '@sojourn/example-shop/users'
import { fail, redirect } from '@sveltejs/kit'
import type { Actions } from './$types'

export const actions: Actions = {
  async default({ request, locals: { session } }) {
    const form = await request.formData()
    const login = String(form.get('login'))
    const user = await authenticate(login, String(form.get('password')))
    if (!user)
      return fail(400, { message: 'That name and password do not belong together.', login })
    await session.login(user.id)
    redirect(303, '/account')
  },
}
