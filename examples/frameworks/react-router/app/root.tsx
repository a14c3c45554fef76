import { Links, Meta, Outlet, Scripts } from 'react-router'
import type { Route } from './+types/root'
import { sessionMiddleware } from './session.server'

export const middleware: Route.MiddlewareFunction[] = [sessionMiddleware]

export default function Root() {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <title>The shop in React Router</title>
        <Meta />
        <Links />
      </head>
      <body>
        <Outlet />
        <Scripts />
      </body>
    </html>
  )
}
