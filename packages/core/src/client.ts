// The entry point '@sojourn/core/client': a label for the device of a login. Apart from the others, because it needs a
// package from npm, an optional peer.
import { isIP } from 'node:net'
import type { ClientHints } from 'bowser'
import { SessionUsageError } from './errors.ts'
import { type HeadersLike, requestCarrier } from './http/carrier.ts'
import type { ClientInfo } from './record/record.ts'
import { checkOptions } from './util/check-options.ts'

type Parser = typeof import('bowser').default

/** Options of `clientOf`. */
export interface ClientOfOptions {
  /**
   * The address of the client, as your framework sees it, such as `req.ip`. An address is personal data, and most lists
   * do not need it. What is not an IP address is left out, and so is the zone of one (`%eth0`).
   * @default none
   */
  readonly address?: string | undefined
}

/**
 * Returns a coarse label for the device of a request, for the option `client` of `session.login`:
 * `{ name: 'Firefox on Linux', browser: 'Firefox', platform: 'Linux' }`. It has no version, no model and no address, so
 * it changes rarely and tells little. `browser` and `platform` are absent if they are not known, and `name` is then
 * `'Unknown device'`, or the one that is known.
 *
 * It reads `User-Agent` and the client hints that browsers send without being asked (`Sec-CH-UA`, `Sec-CH-UA-Platform`).
 * A client can send any of them, so every name is one of a closed list, whatever they hold: the label is safe to show. It
 * is a hint for users, not a proof.
 *
 * Needs the package [bowser](https://www.npmjs.com/package/bowser), which it loads with the first call.
 * @param headers Fetch's `Headers`, or an object with lower-case names such as `request.headers` of `node:http`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if bowser is not installed, or for an unknown option.
 * @see https://wicg.github.io/ua-client-hints/ for the hints
 * @example
 * await session.login('user-42', { client: await clientOf(req.headers) })
 */
export async function clientOf(
  headers: HeadersLike,
  options: ClientOfOptions = {},
): Promise<ClientInfo> {
  const { address } = checkOptions(options, { address: true }, 'clientOf()')
  const parser = await loadParser()
  const carrier = requestCarrier(headers)
  const header = (name: string) => carrier.header(name)?.slice(0, maxLength) ?? ''
  const userAgent = header('user-agent')
  const found = userAgent === '' ? nothing : parse(parser, userAgent, brandsIn(header('sec-ch-ua')))
  const platform = hintedPlatforms.get(unquoted(header('sec-ch-ua-platform'))) ?? found.platform
  const { browser } = found
  return {
    name: browser && platform ? `${browser} on ${platform}` : (browser ?? platform ?? unknown),
    ...(browser === undefined ? {} : { browser }),
    ...(platform === undefined ? {} : { platform }),
    ...addressIn(address),
  }
}

/** How much of a header is read, in characters. Those of browsers are shorter; the patterns of the parser need a bound. */
const maxLength = 512

const unknown = 'Unknown device'

interface Found {
  readonly browser?: string | undefined
  readonly platform?: string | undefined
}

const nothing: Found = {}

/** Names of the parser that are longer than a list of devices needs. */
const shortNames: Readonly<Record<string, string>> = {
  'Microsoft Edge': 'Edge',
  'NAVER Whale Browser': 'Whale',
  'Samsung Internet for Android': 'Samsung Internet',
}

/** The devices that are better known by their own name than by that of their system. */
const devices: readonly string[] = ['iPhone', 'iPad']

/** The values of `Sec-CH-UA-Platform`, and how they are shown. */
const hintedPlatforms: ReadonlyMap<string, string> = new Map([
  ['Android', 'Android'],
  ['Chrome OS', 'Chrome OS'],
  ['Chromium OS', 'Chrome OS'],
  ['Linux', 'Linux'],
  ['macOS', 'macOS'],
  ['Windows', 'Windows'],
])

/** Returns the names, if they are of the parser's own lists: it takes those of unknown browsers from the header. */
function parse(parser: Parser, userAgent: string, brands: ClientHints['brands'] = []): Found {
  const { browser, os, platform } = parser.parse(userAgent, { brands })
  const name = Object.values(parser.BROWSER_MAP).find((known) => known === browser.name)
  const system = Object.values(parser.OS_MAP).find((known) => known === os.name)
  return {
    browser: name === undefined ? undefined : (shortNames[name] ?? name),
    platform: devices.find((device) => device === platform.model) ?? system,
  }
}

/** Returns the brands in `Sec-CH-UA`, such as `"Chromium";v="142", "Brave";v="142"`. Their versions are not used. */
function brandsIn(header: string): { brand: string; version: string }[] {
  return Array.from(header.matchAll(/"([^"]{1,40})";v="/g), ([, brand = '']) => ({
    brand,
    version: '',
  }))
}

/** Returns an address without its zone: that is an interface of the server, or any text that a proxy has passed on. */
function addressIn(given: string | undefined): { readonly address?: string } {
  const [address = ''] = String(given).split('%')
  return isIP(address) === 0 ? {} : { address }
}

function unquoted(text: string): string {
  return text.replaceAll('"', '')
}

let loading: Promise<Parser> | undefined

function loadParser(): Promise<Parser> {
  loading ??= import('bowser').then(
    (module) => module.default,
    () => {
      loading = undefined
      throw new SessionUsageError(
        'ERR_CONFIG_INVALID',
        'clientOf() needs the package bowser, which cannot be loaded. Install it where the application runs: npm install bowser',
      )
    },
  )
  return loading
}
