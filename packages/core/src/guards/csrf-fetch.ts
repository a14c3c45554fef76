import { type CsrfGuard, type CsrfRequest, csrfField } from './csrf.ts'
import { readForm } from './read-form.ts'

/** A Fetch request, and what a guard may need of it besides its headers. */
export interface FetchCheck {
  readonly request: Request
  /** What the binding finds under the guard's `as`. */
  readonly session: unknown
  /** What somebody has parsed the body to who has read it already. @default nothing: then it has no token */
  parsed?(): Promise<unknown>
}

/**
 * Has a guard judge a Fetch request. Passes and answers the lines that the response must have, or throws. Which host was
 * asked says the header Host before the URL, into which some servers put their own name.
 * @throws SessionAccessError `ERR_CSRF_REFUSED`, with these lines in its headers.
 */
export async function checkFetch(
  guard: CsrfGuard,
  { request, session, parsed }: FetchCheck,
): Promise<readonly (readonly [name: string, value: string])[]> {
  const { method, headers, url } = request
  const said: [name: string, value: string][] = []
  const { host, protocol } = new URL(url)
  const seen: CsrfRequest = {
    method,
    host: headers.get('host') ?? host,
    secure: protocol === 'https:',
    header: (name) => headers.get(name) ?? undefined,
    get: () => undefined,
    set: (name, value) => void said.push([name, value]),
  }
  const readBody = request.bodyUsed && parsed ? parsed : () => readForm(request)
  // A body that cannot be read has no token.
  const form = guard.wantsField(seen) ? await readBody().catch(() => undefined) : undefined
  guard.check(seen, session, csrfField(form))
  return said
}
