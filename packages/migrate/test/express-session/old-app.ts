import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createJar } from '@sojourn/conformance/testing'
import express from 'express'
import session, { type SessionOptions } from 'express-session'
import { onTestFinished } from 'vitest'

export const secret = 'the secret of the old application'

/** A browser of the old application, which express-session serves. */
export interface OldBrowser {
  /** The cookies as it sends them, `connect.sid=…`. */
  readonly cookie: string | undefined
  /** Assigns to `req.session`, and saves it. */
  put(values: object): Promise<void>
  /** Returns what `req.session` holds, without `cookie`. */
  read(): Promise<Record<string, unknown>>
  destroy(): Promise<void>
  /** Sends a request to another path. */
  post(path: string): Promise<void>
}

/** Serves an application with the real express-session, and returns a function that opens browsers of it. */
export async function startOldApp(
  options: Partial<SessionOptions>,
  mount: (app: express.Express) => void = () => undefined,
): Promise<() => OldBrowser> {
  const app = express()
  mount(app)
  app.use(session({ secret, resave: false, saveUninitialized: false, ...options }))
  app.use(express.json())
  app.post('/put', (request, response) => {
    Object.assign(request.session, request.body)
    response.end()
  })
  app.get('/read', ({ session: { cookie: _, ...data } }, response) => {
    response.json(data)
  })
  app.post('/destroy', (request, response, next) => {
    request.session.destroy((error: unknown) => (error ? next(error) : response.end()))
  })
  const server = app.listen(0)
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo

  return () => {
    const jar = createJar()
    const call = async (method: string, path: string, body?: object) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: {
          ...(jar.header === undefined ? {} : { cookie: jar.header }),
          'content-type': 'application/json',
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      jar.take(response.headers.getSetCookie())
      return response
    }
    return {
      get cookie() {
        return jar.header
      },
      put: async (values) => void (await call('POST', '/put', values)),
      read: async () => (await call('GET', '/read')).json() as Promise<Record<string, unknown>>,
      destroy: async () => void (await call('POST', '/destroy')),
      post: async (path) => void (await call('POST', path)),
    }
  }
}
