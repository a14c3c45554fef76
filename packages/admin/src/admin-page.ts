import { SessionAccessError, type SessionManager } from '@sojourn/core'
import { checkFetch } from '@sojourn/core/binding'
import { createApi } from './api.ts'
import { explain, statusOf } from './explain.ts'
import { renderPage } from './html.ts'
import { type AdminOptions, type Authorized, readOptions } from './options.ts'
import { pageFiles } from './page-files.ts'
import { file, html, json, notFound, withoutBody } from './respond.ts'

/** Handles the requests of the page: a Fetch handler, to be mounted at any one path. */
export type AdminHandler = (request: Request) => Promise<Response>

/**
 * Returns the page for operators: a handler from Request to Response. It shows numbers and charts, finds sessions by their
 * user, and ends one, those of a user, or all. Its script and its API are below the same address, told apart by the
 * query, so it works at any path: one route for GET and POST is enough.
 *
 * Requests that change something are checked by the CSRF guard of core. Each response has a strict Content-Security-Policy.
 * @see docs/how-to/run-the-admin-page.md
 * @throws SessionUsageError `ERR_CONFIG_INVALID` without `authorize`, for wrong options, and for a store that cannot list
 *   its sessions or end them.
 * @example
 * import { adminPage } from '@sojourn/admin'
 *
 * const page = adminPage(manager, {
 *   async authorize(request) {
 *     const { userId } = await manager.read(request.headers)
 *     return userId === 'ada' && userId
 *   },
 * })
 * app.all('/admin', (c) => page(c.req.raw)) // Hono; for other frameworks see the how-to
 */
export function adminPage<Data extends object>(
  manager: SessionManager<Data>,
  options: AdminOptions<Data>,
): AdminHandler {
  const config = readOptions(manager, options)
  const { authorize, guard, readGuard, onError } = config
  const api = createApi(manager, config)

  return async (request) => {
    try {
      const authorized = await ask(request)
      // By its kind and not its class: servers replace the global class `Response`.
      if (typeof authorized === 'object' && authorized !== null) return authorized
      if (!authorized) return notFound()
      const operator = typeof authorized === 'string' ? authorized : undefined
      await checkSite(request)
      const response = await route(request, operator)
      return request.method === 'HEAD' ? withoutBody(response) : response
    } catch (error) {
      return json({ error: explain(error, onError) }, statusOf(error))
    }
  }

  /**
   * Refuses requests from other sites, reads of the API too. Such a site cannot see the response, but it could time a search,
   * start scans, and add entries to the audit log for data that no operator has seen.
   */
  async function checkSite(request: Request): Promise<void> {
    await checkFetch(guard, { request, session: undefined })
    const { url, headers } = request
    if (!new URL(url).searchParams.has('api')) return
    const asChange = new Request(url, { method: 'POST', headers })
    await checkFetch(readGuard, { request: asChange, session: undefined })
  }

  async function route(request: Request, operator: string | undefined): Promise<Response> {
    const query = new URL(request.url).searchParams
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const name = query.get('api')
    if (name !== null) {
      const handle = isRead ? api.reads[name] : request.method === 'POST' && api.writes[name]
      return handle ? handle({ request, query, operator }) : json({ error: 'Not found' }, 404)
    }
    if (!isRead) return json({ error: 'Not found' }, 404)
    const asked = query.get('file')
    if (asked === null) return html(renderPage(config, operator))
    const found = Object.hasOwn(pageFiles, asked) ? pageFiles[asked] : undefined
    return found ? file(found, query.get('v')) : notFound()
  }

  /** Asks `authorize`. A refusal that is thrown, as by `session.requireUser()`, is a refusal. */
  async function ask(request: Request): Promise<Authorized> {
    try {
      return await authorize(request)
    } catch (error) {
      if (error instanceof SessionAccessError) return false
      throw error
    }
  }
}
