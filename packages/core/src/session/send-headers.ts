import type { Carrier } from '../http/carrier.ts'
import {
  type TokenTransport,
  type TokenTransports,
  transportsToClear,
  transportToSend,
} from '../http/transport.ts'
import { parseList, varyBy } from '../http/vary.ts'
import { canSend, type ManagerContext, type SessionState } from './state.ts'

/** Says in the response's headers what must be said of the session. */
export function sendHeaders(context: ManagerContext, state: SessionState, carrier: Carrier): void {
  if (state.isAccessed)
    varyBy(
      carrier,
      context.transports.map(({ header }) => header),
    )
  const { outgoing } = state
  if (outgoing === undefined) return
  state.outgoing = undefined
  if (!canSend(context, carrier)) {
    warnPlainHttp(context, state)
    return
  }
  for (const { caching } of sendToken(context, state, carrier, outgoing)) restrict(caching, carrier)
  // Said again by a later commit: a framework's error handling may have emptied the head meanwhile, as Koa's does.
  if (carrier.withdraw) state.outgoing = outgoing
}

/** Tells the client of its token, and answers in which places. */
function sendToken(
  context: ManagerContext,
  state: SessionState,
  carrier: Carrier,
  outgoing: NonNullable<SessionState['outgoing']>,
): TokenTransports {
  if (outgoing === 'clear') {
    const places = transportsToClear(context.transports, carrier)
    for (const place of places) place.clear(carrier)
    return places
  }
  const place = transportToSend(context.transports, carrier)
  place.send(carrier, { ...outgoing, maxAge: maxAgeOf(context, state) })
  return [place]
}

/** How long the client is to keep the token, in ms; `undefined`: until it closes. */
function maxAgeOf({ config }: ManagerContext, { opened }: SessionState): number | undefined {
  if (!opened?.record.persistent) return undefined
  return opened.record.absoluteExpiresAt - config.clock()
}

/** What a CDN obeys before Cache-Control (RFC 9213), by a name of all or of its own. */
const targeted = [
  'CDN-Cache-Control',
  'Cloudflare-CDN-Cache-Control',
  'Netlify-CDN-Cache-Control',
  'Vercel-CDN-Cache-Control',
  'Surrogate-Control',
  'Edge-Control',
] as const

/** No cache hands a response that carries somebody's token to another; what stands there may be stricter. */
function restrict(caching: TokenTransport['caching'], carrier: Carrier): void {
  const directives = parseList(carrier.get('cache-control') ?? '')
  const isStrict = parseList(caching).every((directive) => directives.includes(directive))
  if (!isStrict && !directives.includes('no-store')) carrier.set('Cache-Control', caching)
  for (const field of targeted)
    if (carrier.get(field.toLowerCase()) !== undefined) carrier.set(field, 'no-store')
}

/** Warns, once, that a Secure cookie cannot leave. */
export function warnPlainHttp(context: ManagerContext, state: SessionState | undefined): void {
  if (state)
    context.emit('discarded', { what: 'token', why: 'insecure', id: state.opened?.record.id })
  const [{ header }] = context.transports
  const it = header === 'Cookie' ? 'cookie is Secure' : 'token needs HTTPS (secure: true)'
  context.warnOnce(
    `The session ${it} and a request came over plain HTTP, so it was not sent: the client has no session. ` +
      "Behind a proxy that ends TLS, tell the framework to trust it (Express: app.set('trust proxy', 1)); " +
      'on a developer machine use devConfig().',
  )
}
