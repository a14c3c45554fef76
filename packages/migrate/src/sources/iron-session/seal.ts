import { asObject } from '../sealed-data.ts'
import type { ForeignData } from '../source.ts'
import type { Passwords } from './passwords.ts'

/** What is used of the package iron-webcrypto. */
export type Iron = Pick<typeof import('iron-webcrypto'), 'defaults' | 'unseal'>

/** What a genuine seal holds. */
export interface OpenedSeal {
  readonly data: ForeignData
  /** When it expires, in epoch ms; `undefined` for one that was made with `ttl: 0`. */
  readonly expiresAt: number | undefined
}

/**
 * Returns what a seal of iron-session holds; `undefined` unless it was made with one of the passwords, has not expired, and is
 * written exactly as iron-session writes it. `at` is now, in epoch ms. Other than iron-session this allows for no difference
 * of clocks: the cookie leaves the browser a minute before its seal expires.
 * @see https://github.com/brc-dd/iron-webcrypto for the format Fe26.2
 */
export async function openSeal(
  seal: string,
  { passwords, at }: { readonly passwords: Passwords; readonly at: number },
  iron: Iron,
): Promise<OpenedSeal | undefined> {
  const [, sealed, passwordId = '', expiration = ''] = shape.exec(seal) ?? []
  if (sealed === undefined || !Object.hasOwn(passwords, passwordId)) return undefined
  const expiresAt = expiration === '' ? undefined : Number(expiration)
  if (expiresAt !== undefined && expiresAt <= at) return undefined
  try {
    const data = asObject(await iron.unseal(sealed, passwords, neverExpired(iron)))
    return data && { data, expiresAt }
  } catch {
    return undefined
  }
}

/** Returns the options of iron-session, with a clock at which no seal has expired: the manager's clock has judged that. */
function neverExpired({ defaults }: Iron): Parameters<Iron['unseal']>[2] {
  return { ...defaults, localtimeOffsetMsec: Number.MIN_SAFE_INTEGER }
}

/**
 * `Fe26.2*password id*salt*iv*ciphertext*expiration*salt*HMAC~2`. The HMAC covers what is before its salt; iron-webcrypto
 * ignores the last two bits of its text, and iron-session 9 what follows `~`.
 */
const shape =
  /^(Fe26\.2\*(\d{1,15})\*[\da-f]{64}\*[\w-]{22}\*[\w-]{22,16000}\*(|[1-9]\d{0,15})\*[\da-f]{64}\*[\w-]{42}[AEIMQUYcgkosw048])~2$/
