import type { Carrier } from './carrier.ts'
import { canSend, type ManagerParts, type SessionState } from './state.ts'

/** Says in the response's headers what must be said of the session. */
export function sendHeaders(parts: ManagerParts, state: SessionState, carrier: Carrier): void {
  if (state.isConsulted) varyByCookie(carrier)
  const line = cookieLine(parts, state)
  if (line === undefined) return
  state.outgoing = undefined
  if (!canSend(parts, carrier)) {
    warnOfPlainHttp(parts, state)
    return
  }
  carrier.append('Set-Cookie', line)
  const caching = carrier.get('cache-control') ?? ''
  if (!isPrivate(caching)) carrier.set('Cache-Control', 'private, no-cache')
}

function cookieLine({ config }: ManagerParts, { outgoing, opened }: SessionState) {
  if (outgoing === undefined) return undefined
  if (outgoing === 'clear') return config.cookie.clear()
  const { persistent, absoluteExpiresAt } = opened?.record ?? {
    persistent: false,
    absoluteExpiresAt: 0,
  }
  return config.cookie.set(
    outgoing.token,
    persistent ? absoluteExpiresAt - config.clock() : undefined,
  )
}

function varyByCookie(carrier: Carrier): void {
  const vary = carrier.get('vary') ?? ''
  const names = vary.split(',').map((name) => name.trim().toLowerCase())
  if (names.includes('*') || names.includes('cookie')) return
  carrier.set('Vary', vary === '' ? 'Cookie' : `${vary}, Cookie`)
}

/** No less strict than `private, no-cache`: no shared cache keeps a response that carries somebody's cookie. */
function isPrivate(caching: string): boolean {
  const directives = caching.split(',').map((directive) => directive.trim().toLowerCase())
  return (
    directives.includes('no-store') ||
    (directives.includes('private') && directives.includes('no-cache'))
  )
}

/** Warns, once, that a Secure cookie cannot leave. */
export function warnOfPlainHttp(parts: ManagerParts, state: SessionState | undefined): void {
  if (state)
    parts.emit('discarded', { what: 'token', why: 'insecure', id: state.opened?.record.id })
  parts.warnOnce(
    'The session cookie is Secure and a request came over plain HTTP, so the cookie was not sent: the client has no session. ' +
      "Behind a proxy that ends TLS, tell the framework to trust it (Express: app.set('trust proxy', 1)); " +
      'on a developer machine use devConfig().',
  )
}
