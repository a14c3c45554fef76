import type { Carrier } from '../../http/carrier.ts'
import { isForwardedHttps } from '../../http/forwarded.ts'
import {
  type TokenTransport,
  type TokenTransports,
  transportsToClear,
  transportToSend,
} from '../../http/transport.ts'
import { parseList, varyBy } from '../../http/vary.ts'
import { noteIssued } from '../load/issued-tokens.ts'
import { canSend, type ManagerContext, type SessionState, withdrawOffer } from '../state.ts'
import { clearBoundCookie, offerBinding } from './offer-binding.ts'

/**
 * Sets the response headers of a session: `Vary` if the handler used it, and the token with `Cache-Control` if there is
 * one to send or to clear.
 */
export function sendHeaders(context: ManagerContext, state: SessionState, carrier: Carrier): void {
  if (state.isAccessed) varyBy(carrier, context.tokenHeaders)
  if (context.foreignCookies?.areKept) keepForeignCookie(context, state, carrier)
  if (state.isBoundCookieVoid) dropBoundCookie(context, carrier)
  if (state.outgoing === undefined) return
  if (state.isPassive || isLong(context, state)) withdrawOffer(state)
  const { outgoing } = state
  if (outgoing === undefined) return
  state.outgoing = undefined
  if (!canSend(context, carrier)) {
    warnPlainHttp(context, state)
    return
  }
  warnInsecureServer(context, carrier)
  for (const { caching } of sendToken(context, state, carrier, outgoing))
    restrictCaching(caching, carrier)
  // Kept for a later commit of the same response: a framework's error handling may have removed the headers meanwhile,
  // as Koa's does. Only where the carrier can withdraw a line, or Set-Cookie would be there twice.
  if (carrier.withdraw) state.outgoing = outgoing
}

/**
 * Deletes a bound cookie that is not valid: the late answer to an earlier refresh may have replaced a valid one, or the clock of the
 * browser was set back. The browser refreshes only once it has none, and so opens the session with the next request.
 */
function dropBoundCookie(context: ManagerContext, carrier: Carrier): void {
  clearBoundCookie(context, carrier)
  restrictCaching('private, no-cache', carrier)
}

/** Sends the cookie that the session has in another library too, if the client lacks it. */
function keepForeignCookie(
  { foreignCookies }: ManagerContext,
  { opened }: SessionState,
  carrier: Carrier,
): void {
  if (opened && foreignCookies?.send(carrier, opened)) restrictCaching('private, no-cache', carrier)
}

/**
 * Returns true if the request took so long that the client may hold a token meanwhile that is newer than one which this
 * request was given to offer: that is possible a rotation interval later, and the response may still be slow.
 */
function isLong({ config }: ManagerContext, { beganAt }: SessionState): boolean {
  return config.clock() - beganAt >= config.rotationInterval / 2
}

/** Sends or clears the token, and returns the transports used. */
function sendToken(
  context: ManagerContext,
  state: SessionState,
  carrier: Carrier,
  outgoing: NonNullable<SessionState['outgoing']>,
): TokenTransports {
  if (outgoing === 'clear') {
    const transports = transportsToClear(context.transports, carrier)
    for (const transport of transports) transport.clear(carrier)
    context.foreignCookies?.clear(carrier)
    clearBoundCookie(context, carrier)
    return transports
  }
  const transport = transportToSend(context.transports, carrier)
  const isOffer = 'offer' in outgoing
  const token = isOffer ? outgoing.offer : outgoing.token
  noteIssued(context, token)
  transport.send(carrier, { token, isOffer, maxAge: maxAgeOf(context, state) })
  if (transport.header === 'Cookie') offerBinding(context, state, { carrier, isOffer })
  if (!isOffer && !context.foreignCookies?.areKept) context.foreignCookies?.clear(carrier)
  return [transport]
}

/** Returns how long the client keeps the token, in ms; `undefined` means until it closes. */
function maxAgeOf({ config }: ManagerContext, { opened }: SessionState): number | undefined {
  if (!opened?.record.persistent) return undefined
  return opened.record.absoluteExpiresAt - config.clock()
}

/**
 * Headers that a cache obeys before `Cache-Control`, each with the value that forbids it to store the response: the common
 * one of CDNs (RFC 9213), those of single vendors, nginx's, LiteSpeed's, and that of HTTP/1.0.
 */
const cacheHeaders: Readonly<Record<string, string>> = {
  'CDN-Cache-Control': 'no-store',
  'Akamai-Cache-Control': 'no-store',
  'Cloudflare-CDN-Cache-Control': 'no-store',
  'Netlify-CDN-Cache-Control': 'no-store',
  'Vercel-CDN-Cache-Control': 'no-store',
  'Surrogate-Control': 'no-store',
  'Edge-Control': 'no-store',
  'X-LiteSpeed-Cache-Control': 'no-store',
  'X-Accel-Expires': '0',
  Expires: '0',
}
const cacheHeaderList = Object.entries(cacheHeaders).map(
  ([name, value]) => [name, name.toLowerCase(), value] as const,
)

/**
 * Makes a response with a token uncacheable for others: sets `Cache-Control` to at least `caching`, and leaves a
 * stricter value in place. A header for single caches that the application has set is set to what forbids them to store.
 */
function restrictCaching(caching: TokenTransport['caching'], carrier: Carrier): void {
  const present = carrier.get('cache-control')
  if (present === undefined || !isAsStrict(present, caching)) carrier.set('Cache-Control', caching)
  for (const [name, lower, value] of cacheHeaderList)
    if (carrier.get(lower) !== undefined) carrier.set(name, value)
}

/** Returns true if a value of `Cache-Control` forbids all that `caching` forbids. */
function isAsStrict(value: string, caching: TokenTransport['caching']): boolean {
  const directives = parseList(value)
  if (directives.includes('no-store')) return true
  return parseList(caching).every((directive) => directives.includes(directive))
}

/**
 * Warns, once, that a token could not be sent over plain HTTP because of `secure`. With a `state`, also emits
 * `discarded` for the token of a session that was written; without one, the caller discards the changes.
 */
export function warnPlainHttp(context: ManagerContext, state: SessionState | undefined): void {
  if (state)
    context.emit('discarded', { what: 'token', why: 'insecure', id: state.opened?.record.id })
  const [{ header }] = context.transports
  const problem = header === 'Cookie' ? 'cookie is Secure' : 'token needs HTTPS (secure: true)'
  context.warnOnce(
    `The session ${problem} and a request came over plain HTTP, so it was not sent: the client has no session. ` +
      "Behind a proxy that ends TLS, tell the framework to trust it (Express: app.set('trust proxy', 1)); " +
      'on a developer machine use devConfig(), or envConfig() without NODE_ENV=production.',
  )
}

/**
 * Warns, once, if a configuration for development serves HTTPS under a public name: a server that was started without
 * `NODE_ENV=production`. The header of a proxy counts even from one that is not trusted: nothing but this warning depends
 * on it.
 */
function warnInsecureServer({ config, warnOnce }: ManagerContext, carrier: Carrier): void {
  if (config.secure || !config.development || isLoopback(carrier.header('host'))) return
  if (!carrier.secure && !isForwardedHttps(carrier.header('x-forwarded-proto'))) return
  warnOnce(
    'A request came over HTTPS, and the configuration is the one for development: the session cookie has no Secure and ' +
      'no __Host- prefix. On a server set NODE_ENV=production for envConfig(), or use defaultConfig(secretKey, options).',
  )
}

/** Returns true if a `Host` names this machine, or if there is none, as in tests without a server. */
function isLoopback(host = 'localhost'): boolean {
  return /^((.+\.)?localhost|127\.[\d.]+|\[::1\])(:\d+)?$/i.test(host)
}
