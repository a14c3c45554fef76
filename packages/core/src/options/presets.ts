import { randomBytes } from 'node:crypto'
import type { Secret } from '../record/keyring.ts'
import type { ConfigOptions, SessionOptions } from './options.ts'

/**
 * The limits of NIST SP 800-63B-4 for its three assurance levels, to be spread into the options. A session ends one
 * touch interval after `maxAge` at the latest, so that the two together are the level's inactivity limit.
 */
export const nist = {
  aal1: { absoluteTimeout: '30d', persistent: false },
  aal2: { absoluteTimeout: '24h', maxAge: '59m', touchInterval: '1m', persistent: false },
  aal3: { absoluteTimeout: '12h', maxAge: '14m', touchInterval: '1m', persistent: false },
} as const satisfies Record<string, Partial<SessionOptions>>

/** The options for production: `__Host-sid`, Secure, HttpOnly, SameSite=Lax, and whatever `options` say instead. */
export function defaultConfig(
  secretKey: SessionOptions['secretKey'],
  options: ConfigOptions,
): SessionOptions {
  return { ...options, secretKey }
}

/**
 * The options for a developer's machine: as `defaultConfig`, but the cookie is named `sid` and also travels over plain
 * HTTP. Without a secret it makes one for this process and says so: sessions then end at a restart.
 */
export function devConfig(
  secretKey: SessionOptions['secretKey'] | undefined,
  options: ConfigOptions,
): SessionOptions {
  const development = { cookieName: 'sid', secure: false, development: true }
  return { ...development, ...options, secretKey: secretKey ?? makeSecret(options) }
}

function makeSecret({ warn = console.warn }: ConfigOptions): Secret {
  warn(
    'Sojourn made a random secretKey for this process: sessions end when it restarts. ' +
      'To keep them, pass a secret of 32 random bytes or more (openssl rand -base64 32).',
  )
  return randomBytes(32)
}
