import { BoundCookies } from '../device-binding/bound-cookie.ts'
import { type Challenges, createChallenges } from '../device-binding/challenges.ts'
import type { DeviceProtocol } from '../device-binding/protocol.ts'
import type { CompleteCookieOptions, CookieWriter } from '../http/cookie.ts'
import type { TokenInList } from '../http/transports.ts'
import type { Keyring } from '../record/keyring.ts'
import { check } from '../util/check.ts'
import { quote } from '../util/quote.ts'

/** The option `deviceBound`, checked, with what core adds to the protocol. */
export interface DeviceBoundConfig {
  readonly protocol: DeviceProtocol
  readonly challenges: Challenges
  readonly cookies: BoundCookies
}

/** What the option depends on. */
interface Surroundings {
  readonly cookie: CompleteCookieOptions
  readonly writer: CookieWriter
  readonly tokenIn: TokenInList
  readonly keyring: Keyring
  readonly development: boolean
  readonly warn: (message: string) => void
}

const methods = ['routeOf', 'offer', 'skips', 'respond'] as const satisfies (keyof DeviceProtocol)[]

/**
 * Returns the option `deviceBound`, checked and complete.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function resolveDeviceBound(
  protocol: DeviceProtocol | undefined,
  surroundings: Surroundings,
): DeviceBoundConfig | undefined {
  if (protocol === undefined) return undefined
  const { cookie, writer, keyring } = surroundings
  checkProtocol(protocol)
  checkCookie(surroundings)
  const { cookieName } = cookie
  const { lifetime } = protocol
  return {
    protocol,
    challenges: createChallenges(keyring.derive('challenge')),
    cookies: new BoundCookies(keyring.derive('bound'), { cookieName, writer, lifetime }),
  }
}

function checkProtocol(protocol: unknown): void {
  check(
    methods.every((name) => typeof Object(protocol)[name] === 'function'),
    `deviceBound is ${typeof protocol === 'function' ? 'a function' : quote(protocol)}, not a protocol`,
    "Give what deviceBound() returns: import { deviceBound } from '@sojourn/device-bound'",
  )
}

/** A browser binds only cookies of one host over HTTPS, and must replace and delete the bound cookie with certainty. */
function checkCookie({ cookie, tokenIn, development, warn }: Surroundings): void {
  const { domain, path, partitioned, secure } = cookie
  check(
    tokenIn.includes('cookie'),
    'deviceBound is set, and tokenIn has no cookie',
    "A browser binds cookies only: add 'cookie' to tokenIn, or leave deviceBound out",
  )
  check(
    domain === undefined && path === '/' && !partitioned,
    `deviceBound is set together with ${domain === undefined ? (partitioned ? 'partitioned' : 'path') : 'domain'}`,
    'Browsers and core bind cookies of one host, for all its paths, that are not partitioned: leave domain, path and partitioned out, or deviceBound',
  )
  if (secure) return
  check(
    development,
    'deviceBound is set, and secure is false',
    'Browsers bind cookies over HTTPS only: use defaultConfig(), or leave deviceBound out',
  )
  warn(
    'deviceBound is set, and the configuration is for plain HTTP: browsers bind no session over it, so all stay as they are. ' +
      'To try it out, serve HTTPS with a certificate that the browser accepts, and use defaultConfig().',
  )
}
