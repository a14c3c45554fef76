import { redirect } from 'react-router'
import { sessionContext } from '../session.server'
import type { Route } from './+types/sign-out'

export async function action({ context }: Route.ActionArgs) {
  await context.get(sessionContext).destroy()
  return redirect('/', 303)
}
