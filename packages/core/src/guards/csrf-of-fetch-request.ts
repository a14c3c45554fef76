import { type CsrfGuard, type CsrfRequest, csrfField } from './csrf.ts'
import { readForm } from './read-form.ts'

/** A Fetch request to check, and what the check may need besides its headers. */
export interface FetchCheck {
  readonly request: Request
  /** The value that the request has under the guard's `as`. */
  readonly session: unknown
  /** Returns the parsed body if other middleware has read it already. @default such a body has no token */
  parsed?(): Promise<unknown>
}

/**
 * Checks a Fetch request. Returns the header lines to add to its response. The request's host is its `Host` header,
 * because some servers put their own name into the URL; without the header it is the URL's.
 * @throws SessionAccessError `ERR_CSRF_REFUSED`, status 403, with these header lines in its `headers`.
 */
export async function checkFetch(
  guard: CsrfGuard,
  { request, session, parsed }: FetchCheck,
): Promise<readonly (readonly [name: string, value: string])[]> {
  const { method, headers, url } = request
  const added: [name: string, value: string][] = []
  const { host, protocol } = new URL(url)
  const view: CsrfRequest = {
    method,
    host: headers.get('host') ?? host,
    secure: protocol === 'https:',
    header: (name) => headers.get(name) ?? undefined,
    get: () => undefined,
    set: (name, value) => void added.push([name, value]),
  }
  const readBody = request.bodyUsed && parsed ? parsed : () => readForm(request)
  // A body that cannot be read has no token.
  const form = guard.needsField(view) ? await readBody().catch(() => undefined) : undefined
  guard.check(view, session, csrfField(form))
  return added
}
