import { SessionUsageError } from '../errors.ts'
import type { RequestCarrier } from '../http/carrier.ts'
import { createFingerprinter, type Fingerprinter, type PartReader } from '../record/fingerprint.ts'
import type { Keyring } from '../record/keyring.ts'
import { check, checkOneOf } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { canonicalIp, networkOf } from '../util/ip-address.ts'
import { quote } from '../util/quote.ts'

/** What happens when a session is used by another client: a report, a demand to log in again, or the end. */
export type MismatchPolicy = 'event' | 'reauthenticate' | 'destroy'

/**
 * Returns what counts of a request, such as a header that your proxy sets for a TLS fingerprint; `undefined` for nothing. It
 * must not return a promise.
 * @example
 * const ja4: FingerprintFunction = (request) => request.header('x-ja4')
 */
export type FingerprintFunction = (
  request: Pick<RequestCarrier, 'header' | 'ip'>,
) => string | undefined

/**
 * What of a request a fingerprint is made of:
 *
 * - `'user-agent'`: the header `User-Agent`, which changes with each update of the browser.
 * - `'browser'`: the same header without its numbers, which stays the same through updates.
 * - `'accept-language'`: the header `Accept-Language`.
 * - `'ip'`: the address of the client.
 * - `'ip/24'`: its network: the first 24 bits of an IPv4 address, the first 56 bits of an IPv6 address.
 * - A function, whose part is named `'custom'`; or several with names of their own, which must not change.
 */
export type FingerprintPart =
  | 'user-agent'
  | 'browser'
  | 'accept-language'
  | 'ip'
  | 'ip/24'
  | FingerprintFunction
  | { readonly name: string; readonly of: FingerprintFunction }

/**
 * By what a session is bound to the client that began it.
 * @example
 * const fingerprint: FingerprintOptions = { of: ['browser', 'accept-language'], onMismatch: 'reauthenticate' }
 */
export interface FingerprintOptions {
  /** The parts, at least one. */
  readonly of: readonly FingerprintPart[]
  /**
   * What happens when a request differs in one part or more, beside the event `mismatch`. `'event'`: nothing; the session
   * opens and takes the new fingerprint over. `'reauthenticate'`: a user's session is ended for this request (`session.ended`
   * is `'mismatch'`) until the user logs in, which continues it; a visitor without a user gets a new session. `'destroy'`:
   * the session ends for all who have its token.
   * @default 'event'
   */
  readonly onMismatch?: MismatchPolicy
}

/** The option `fingerprint`, checked. */
export interface FingerprintConfig extends Fingerprinter {
  readonly onMismatch: MismatchPolicy
}

/** Address, browser to the version, and language; another one of any ends the session. It logs out users by the dozen. */
const strict: FingerprintOptions = {
  of: ['ip', 'user-agent', 'accept-language'],
  onMismatch: 'destroy',
}

const builtIn: Readonly<Record<string, PartReader['read']>> = {
  'user-agent': (request) => request.header('user-agent') ?? '',
  browser: (request) => (request.header('user-agent') ?? '').replace(/[\d._]+/g, ''),
  'accept-language': (request) => request.header('accept-language') ?? '',
  ip: (request) => requireIp(request, canonicalIp),
  'ip/24': (request) => requireIp(request, networkOf),
}

/**
 * Returns the option `fingerprint`, checked and complete.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function resolveFingerprint(
  option: FingerprintOptions | 'strict' | undefined,
  keyring: Keyring,
): FingerprintConfig | undefined {
  if (option === undefined) return undefined
  const known = { of: true, onMismatch: true } as const
  const options = option === 'strict' ? strict : checkOptions(option, known, 'fingerprint')
  const { of: parts, onMismatch = 'event' } = options
  check(
    Array.isArray(parts) && parts.length > 0,
    'fingerprint.of lists no part',
    `Give at least one, such as ['browser', 'accept-language'], or leave fingerprint out`,
  )
  const readers = parts.map(readerOf)
  const names = readers.map(({ name }) => name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  check(
    repeated === undefined,
    `fingerprint.of lists ${quote(repeated)} twice`,
    "Name your functions: { name: 'tls', of: (request) => … }",
  )
  return {
    ...createFingerprinter(keyring.deriveIndex('fingerprint'), readers),
    onMismatch: checkOneOf('fingerprint.onMismatch', onMismatch, [
      'event',
      'reauthenticate',
      'destroy',
    ]),
  }
}

/** Returns true for the name of a part that needs the address of the client. */
export function isIpPart(name: string): boolean {
  return name === 'ip' || name === 'ip/24'
}

function readerOf(part: FingerprintPart): PartReader {
  if (typeof part === 'function') return customReader('custom', part)
  if (typeof part === 'object' && part !== null) {
    const { name, of } = checkOptions(part, { name: true, of: true }, 'A part of fingerprint.of')
    check(
      typeof name === 'string' && name !== '' && !Object.hasOwn(builtIn, name),
      `A function of fingerprint.of has the name ${quote(name)}`,
      'Give it a name of its own, which stays the same: another name would count as another part',
    )
    check(
      typeof of === 'function',
      `The part ${quote(name)} of fingerprint.of has no function`,
      'Give of: (request) => …',
    )
    return customReader(name, of)
  }
  const read = typeof part === 'string' && Object.hasOwn(builtIn, part) ? builtIn[part] : undefined
  if (read) return { name: String(part), read }
  const names = Object.keys(builtIn).map((name) => `'${name}'`)
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `fingerprint.of lists ${quote(part)}. Its parts are ${names.join(', ')}, and functions of a request.`,
  )
}

function customReader(name: string, of: FingerprintFunction): PartReader {
  return {
    name,
    read(request) {
      const value: unknown = of(request)
      if (value === undefined || typeof value === 'string') return value ?? ''
      throw new SessionUsageError(
        'ERR_CONFIG_INVALID',
        `The part '${name}' of fingerprint.of returned ${value instanceof Promise ? 'a promise' : typeof value}. Return a string, or undefined.`,
      )
    },
  }
}

/** Nothing is compared with an address that is not known: a thief would see to it that it is not. */
function requireIp({ ip }: RequestCarrier, spell: (text: string) => string | undefined): string {
  const spelt = spell(ip ?? '')
  if (spelt !== undefined) return spelt
  const what = ip ? 'the one given is no IP address: it may have a port' : 'the request has none'
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `The option fingerprint compares addresses, and ${what}. ` +
      'Give the ip of the client: in a binding by its option ip, else by manager.read(headers, { ip }) or manager.watch(headers, { ip }).',
  )
}
