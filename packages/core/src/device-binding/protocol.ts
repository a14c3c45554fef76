import type { RequestCarrier } from '../http/carrier.ts'
import type { DeviceAlgorithm, DeviceBinding } from '../record/device-binding.ts'

/**
 * What happens to a request with the token of a bound session and without a valid bound cookie, beside the event
 * `bindingRefused`:
 *
 * - `'reject'`: the session does not open; `session.ended` is `'unbound'` until its user logs in.
 * - `'step-up'`: it opens, and `requireRecent` and `requireBound` refuse it until its user logs in.
 * - `'event'`: it opens, and `requireBound` refuses it.
 */
export type DevicePolicy = 'reject' | 'step-up' | 'event'

/** The two requests by which a browser binds a session: it registers a key, and proves again and again that it has it. */
export type DeviceRoute = 'register' | 'refresh'

/**
 * Why a request was refused by the device binding of its session.
 *
 * - `missing`, `expired`, `forged`: the bound cookie, of a request of the application.
 * - `proof`: what should prove the key is missing, malformed or signed by another key.
 * - `challenge`: the proof answers a challenge that was not issued for it, is too old or was used.
 * - `key`: the key to be registered is not allowed.
 * - `identifier`: the browser names another binding than that of the session.
 */
export type BindingRefusal =
  | 'missing'
  | 'expired'
  | 'forged'
  | 'proof'
  | 'challenge'
  | 'key'
  | 'identifier'

/** The response to a request of the browser itself. A binding sends it as it is. */
export interface RouteResponse {
  readonly status: number
  /** The header lines. A name may occur several times, as `Set-Cookie` does. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string | undefined
}

/**
 * A protocol by which browsers prove that they have the key of a session, the value of the option `deviceBound`: that of
 * `deviceBound()` from `@sojourn/device-bound`. It knows the messages; core knows the session, the challenges, the cookie and the
 * rules.
 */
export interface DeviceProtocol {
  /** How long a bound cookie is valid, in ms. */
  readonly lifetime: number
  readonly policy: DevicePolicy
  /** How long, in ms, after a bound cookie has run out a browser may skip the refresh. */
  readonly skipTolerance: number
  /** The paths of the routes, so that two managers of one request do not share one. */
  readonly paths: readonly string[]
  /** Returns which route a path is, `/` first, without the query; `undefined` for a path of the application. */
  routeOf(path: string): DeviceRoute | undefined
  /** Returns the header that asks the browser to register a key for a session. */
  offer(challenge: string): readonly [name: string, value: string]
  /** Returns true if the browser says that it has skipped the refresh of the binding `id`; without an id, of any. */
  skips(request: RequestCarrier, id?: string): boolean
  /**
   * Answers a request of the browser. It is a POST of this origin. A rejection of `bind` or `prove` must be passed on: it becomes a
   * 503, after which browsers keep the binding.
   */
  respond(route: DeviceRoute, exchange: DeviceExchange): Promise<RouteResponse>
}

/** One request of a browser to a route, and what its protocol may do to the session. */
export interface DeviceExchange {
  readonly request: RequestCarrier
  /** The device binding of the session; `'over'` if the session is over, or there is none. */
  readonly session: { readonly binding: DeviceBinding | undefined } | 'over'
  /** The cookie that `bind` and `prove` send. The attributes are those of its `Set-Cookie`, without `Max-Age`. */
  readonly boundCookie: { readonly name: string; readonly attributes: string }
  /** Returns a challenge for the next refresh of the session's binding; after `bind`, of the new one. */
  newChallenge(): string
  /**
   * Returns true if a challenge was issued for this session and this route, is not too old and was not used. A challenge of a
   * refresh may be used again for a minute, by parallel requests, until a newer one is answered. For `'over'` it is false.
   */
  checkChallenge(challenge: string): boolean
  /**
   * Binds the session to a key that was proved by a challenge that `checkChallenge` has accepted, and sends the bound cookie.
   * Returns `undefined`, and sends nothing, if another request has used the challenge or bound the session meanwhile: respond
   * as if the challenge were wrong.
   * @throws SessionStoreError if the store fails.
   * @throws SessionConflictError if the session cannot be written.
   */
  bind(key: {
    readonly key: string
    readonly algorithm: DeviceAlgorithm
    readonly challenge: string
  }): Promise<DeviceBinding | undefined>
  /**
   * Notes that the browser has proved the key by a challenge that `checkChallenge` has accepted, and sends a bound cookie.
   * @throws as `bind`.
   */
  prove(challenge: string): Promise<void>
  /** Notes why the request is refused, for the event `bindingRefused`. */
  refuse(reason: BindingRefusal): void
}
