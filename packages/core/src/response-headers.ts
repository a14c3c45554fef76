import type { Carrier } from './carrier.ts'
import { canSend, type ManagerParts, type SessionState } from './state.ts'

/** Says in the response's headers what must be said of the session. */
export function sendHeaders(parts: ManagerParts, state: SessionState, carrier: Carrier): void {
  if (state.isConsulted) varyBy(parts.place.header, carrier)
  const { outgoing } = state
  if (outgoing === undefined) return
  state.outgoing = undefined
  if (!canSend(parts, carrier)) {
    warnOfPlainHttp(parts, state)
    return
  }
  if (outgoing === 'clear') parts.place.clear(carrier)
  else parts.place.hand(carrier, { ...outgoing, maxAge: maxAgeOf(parts, state) })
  const caching = carrier.get('cache-control') ?? ''
  if (!isPrivate(caching)) carrier.set('Cache-Control', 'private, no-cache')
}

/** How long the client is to keep the token, in ms; `undefined`: until it closes. */
function maxAgeOf({ config }: ManagerParts, { opened }: SessionState): number | undefined {
  if (!opened?.record.persistent) return undefined
  return opened.record.absoluteExpiresAt - config.clock()
}

function varyBy(header: string, carrier: Carrier): void {
  const vary = carrier.get('vary') ?? ''
  const names = vary.split(',').map((name) => name.trim().toLowerCase())
  if (names.includes('*') || names.includes(header.toLowerCase())) return
  carrier.set('Vary', vary === '' ? header : `${vary}, ${header}`)
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
