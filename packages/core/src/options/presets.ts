import { randomBytes } from 'node:crypto'
import type { DataSchema } from '../data/standard-schema.ts'
import type { Secret } from '../record/secret.ts'
import type { ConfigOptions, SessionOptions, TypedOptions } from './options.ts'

/**
 * The limits of NIST SP 800-63B-4 for its three assurance levels, to be spread into the options.
 *
 * | level | absolute limit | inactivity limit          |
 * |-------|----------------|---------------------------|
 * | aal1  | 30 days        | none; `maxAge` as default |
 * | aal2  | 24 hours       | 1 hour                    |
 * | aal3  | 12 hours       | 15 minutes                |
 *
 * An idle session ends between `maxAge` and `maxAge` plus `touchInterval`; the sum is the inactivity limit of the
 * level. The client keeps the cookie until the browser closes (`persistent: false`).
 * @example
 * import { createSessionManager, defaultConfig, nist } from '@sojourn/core'
 * import { memoryStore } from '@sojourn/store-memory'
 *
 * const manager = createSessionManager(
 *   defaultConfig(secret, { store: memoryStore(), ...nist.aal2 }),
 * )
 */
export const nist = {
  aal1: { absoluteTimeout: '30d', persistent: false },
  aal2: { absoluteTimeout: '24h', maxAge: '59m', touchInterval: '1m', persistent: false },
  aal3: { absoluteTimeout: '12h', maxAge: '14m', touchInterval: '1m', persistent: false },
} as const satisfies Record<string, Partial<SessionOptions>>

/**
 * Returns the options for production: the cookie is `__Host-sid` with `Secure`, `HttpOnly` and `SameSite=Lax`, and
 * every other option has its default. `options` override any of it.
 * @param secretKey 32 random bytes or more, a list of up to 8 such secrets, of which the first signs, or a `rollingSecret`.
 * @example
 * import { createSessionManager, defaultConfig } from '@sojourn/core'
 * import { secretFromFile } from '@sojourn/core/secrets'
 * import { memoryStore } from '@sojourn/store-memory'
 *
 * const manager = createSessionManager(
 *   defaultConfig(secretFromFile('/run/secrets/session'), { store: memoryStore(), maxAge: '30m' }),
 * )
 */
export function defaultConfig<Schema extends DataSchema | undefined = undefined>(
  secretKey: SessionOptions['secretKey'],
  options: Omit<ConfigOptions, 'schema'> & WithSchema<Schema>,
): OptionsWith<Schema> {
  return { ...options, secretKey } as OptionsWith<Schema>
}

/**
 * Returns the options for a developer's machine: as `defaultConfig`, but the cookie is named `sid` and is not
 * `Secure`, so that it works over plain HTTP, and `development` is true. It warns if `NODE_ENV` is `production`. Without a secret it
 * makes a random one and warns: sessions then end when the process restarts.
 * @example
 * import { createSessionManager, devConfig } from '@sojourn/core'
 * import { memoryStore } from '@sojourn/store-memory'
 *
 * const manager = createSessionManager(devConfig(undefined, { store: memoryStore() }))
 */
export function devConfig<Schema extends DataSchema | undefined = undefined>(
  secretKey: SessionOptions['secretKey'] | undefined,
  options: Omit<ConfigOptions, 'schema'> & WithSchema<Schema>,
): OptionsWith<Schema> {
  if (process.env['NODE_ENV'] === 'production') warnOfProduction(options)
  const development = { cookieName: 'sid', secure: false, development: true }
  const chosen = secretKey ?? makeSecret(options)
  return { ...development, ...options, secretKey: chosen } as OptionsWith<Schema>
}

/**
 * Returns the options for where the process runs, by `NODE_ENV`: those of `devConfig` if it is not set, `development` or
 * `test`, and those of `defaultConfig` for every other value. So one line is right on a developer's machine and on a
 * server, which must have a secret: without one `createSessionManager` throws `ERR_SECRET_WEAK` there.
 * @param secretKey 32 random bytes or more, or a list of up to 8 such secrets; may be `undefined` in development only.
 * @example
 * import { createSessionManager, envConfig } from '@sojourn/core'
 * import { memoryStore } from '@sojourn/store-memory'
 *
 * const { SESSION_SECRET } = process.env
 * const manager = createSessionManager(envConfig(SESSION_SECRET, { store: memoryStore() }))
 */
export function envConfig<Schema extends DataSchema | undefined = undefined>(
  secretKey: SessionOptions['secretKey'] | undefined,
  options: Omit<ConfigOptions, 'schema'> & WithSchema<Schema>,
): OptionsWith<Schema> {
  const isDevelopment = ['', 'development', 'test'].includes(process.env['NODE_ENV'] ?? '')
  if (isDevelopment) return devConfig<Schema>(secretKey, options)
  return defaultConfig<Schema>(secretKey ?? '', options) // an empty secret is refused
}

/** Options whose schema has this type. */
interface WithSchema<Schema> {
  readonly schema?: Schema
}

/** Options from which `createSessionManager` takes the type of `session.data`, if they have a schema whose type is known. */
type OptionsWith<Schema> = Schema extends DataSchema
  ? DataSchema extends Schema
    ? SessionOptions
    : TypedOptions<Schema>
  : SessionOptions

/** Warns where a developer's configuration runs in production, unless the options make the cookie safe again. */
function warnOfProduction({ warn = console.warn, secure = false }: ConfigOptions): void {
  if (secure) return
  warn(
    'devConfig() is used with NODE_ENV=production: the session cookie is sent over plain HTTP too (no Secure), and its name ' +
      'has no __Host- prefix, so another host of the site can replace it. Use envConfig(secretKey, options), or defaultConfig.',
  )
}

function makeSecret({ warn = console.warn }: ConfigOptions): Secret {
  warn(
    'Sojourn made a random secretKey for this process: sessions end when it restarts. ' +
      'To keep them, pass a secret of 32 random bytes or more (openssl rand -base64 32).',
  )
  return randomBytes(32)
}
