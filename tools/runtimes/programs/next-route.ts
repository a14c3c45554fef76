import { sessions, shareManager } from '@sojourn/next'
import { createManager, pageOf } from './page.ts'

const { withSession } = sessions(shareManager(() => createManager()))

/** The route handler of all pages of the application for Next.js. */
export function GET(request: Request): Promise<Response> {
  return withSession(request, async (session) =>
    Response.json(await pageOf(session, new URL(request.url).pathname)),
  )
}

export { GET as POST }
