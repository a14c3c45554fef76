import type { DeviceAlgorithm, DevicePolicy, DeviceProtocol, Duration } from '@sojourn/core'
import { check, checkOptions, milliseconds } from '@sojourn/core/store'
import { isSkipped, registrationField, requestFields, responseFields } from './header-fields.ts'
import { refresh, register } from './routes.ts'

/** Options of `deviceBound`. */
export interface DeviceBoundOptions {
  /**
   * The path at which browsers register a key; they refresh at `path + '/refresh'`. The bindings answer both, so an application
   * has no routes of its own there. It is the path as the browser requests it. Two managers of one application have two.
   * @default '/session/device'
   */
  readonly path?: string
  /**
   * How long a bound cookie is good for, 1 minute to 1 hour: as long does a copy of all cookies open the session, and as
   * often does a browser sign. Below about 4 minutes Chromium, which signs 6 times in 9 minutes, skips refreshes.
   * @default '8m'
   */
  readonly lifetime?: Duration
  /**
   * What happens to a request without a valid bound cookie, if the session has a device binding. `'reject'`: the session does
   * not open (`session.ended` is `'unbound'`). `'step-up'`: it opens, and `requireRecent` and `requireBound` refuse until a
   * login. `'event'`: it opens. Each with the event `bindingRefused`.
   * @default 'reject'
   */
  readonly policy?: DevicePolicy
  /**
   * How long after the last bound cookie has expired a session still opens if the browser says that it could not refresh
   * (`Secure-Session-Skipped`): its quota is used up, or a refresh failed on the server. 0 for not at all.
   * @default '10m'
   */
  readonly skipTolerance?: Duration
}

const knownOptions: Readonly<Record<keyof DeviceBoundOptions, true>> = {
  path: true,
  lifetime: true,
  policy: true,
  skipTolerance: true,
}

const algorithms: readonly DeviceAlgorithm[] = ['ES256', 'RS256']
const policies: readonly DevicePolicy[] = ['reject', 'step-up', 'event']
const pathShape = /^(\/[\w.~-]+)+$/
const minute = 60_000

/**
 * Creates the protocol of device-bound sessions, for the option `deviceBound` of a manager: a browser that supports Device
 * Bound Session Credentials makes a key in its hardware, and proves every few minutes that it still has it. What a thief has
 * copied of its cookies opens nothing after that. In other browsers nothing changes.
 *
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an unknown option, a `path` that is not one, a `lifetime` below 1 minute
 * or above 1 hour, an unknown `policy`, or a `skipTolerance` above 24 hours.
 * @see https://w3c.github.io/webappsec-dbsc/
 * @example
 * import { createSessionManager, defaultConfig } from '@sojourn/core'
 * import { secretFromFile } from '@sojourn/core/secrets'
 * import { deviceBound } from '@sojourn/device-bound'
 * import { memoryStore } from '@sojourn/store-memory'
 *
 * const secret = secretFromFile('/run/secrets/session')
 * export const manager = createSessionManager(
 *   defaultConfig(secret, { store: memoryStore(), deviceBound: deviceBound() }),
 * )
 */
export function deviceBound(options: DeviceBoundOptions = {}): DeviceProtocol {
  checkOptions(options, knownOptions, 'deviceBound()')
  const { path = '/session/device', policy = 'reject' } = options
  checkPath(path)
  checkPolicy(policy)
  const refreshPath = `${path}/refresh`
  const settings = { algorithms, refreshPath }
  return {
    lifetime: lifetimeOf(options),
    policy,
    skipTolerance: skipToleranceOf(options),
    paths: [path, refreshPath],
    routeOf(requested) {
      if (requested === path) return 'register'
      return requested === refreshPath ? 'refresh' : undefined
    },
    offer: (challenge) => [
      responseFields.registration,
      registrationField({ algorithms, path, challenge }),
    ],
    skips: (request, id) => isSkipped(request.header(requestFields.skipped), id),
    respond: (route, exchange) =>
      route === 'register' ? register(exchange, settings) : refresh(exchange, settings),
  }
}

function checkPath(path: string): void {
  check(
    typeof path === 'string' && pathShape.test(path),
    'deviceBound(): path is no path',
    "Give one like '/session/device': letters, digits and -._~ between slashes, with none at the end",
  )
}

function checkPolicy(policy: DevicePolicy): void {
  check(
    policies.includes(policy),
    'deviceBound(): policy is not known',
    "Give 'reject', 'step-up' or 'event'",
  )
}

function lifetimeOf({ lifetime = '8m' }: DeviceBoundOptions): number {
  const ms = milliseconds(lifetime, 'deviceBound(): lifetime')
  check(
    ms >= minute && ms <= 60 * minute,
    `deviceBound(): lifetime is ${ms} ms`,
    "Give '1m' to '1h': browsers sign once in each, and a copy of the cookies works that long",
  )
  return ms
}

function skipToleranceOf({ skipTolerance = '10m' }: DeviceBoundOptions): number {
  if (skipTolerance === 0) return 0
  const ms = milliseconds(skipTolerance, 'deviceBound(): skipTolerance')
  check(
    ms <= 24 * 60 * minute,
    `deviceBound(): skipTolerance is ${ms} ms`,
    "Give '24h' or less, or 0 for none: a browser that says it has skipped proves nothing that long",
  )
  return ms
}
