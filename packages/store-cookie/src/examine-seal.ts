import type { Codec } from '@sojourn/core'
import { cookieCapacity, jsonCodec, type OpenedSession, type StoreEnv } from '@sojourn/core/store'
import { nodeSealer } from './node-sealer.ts'
import { createOpenedCache } from './opened-cache.ts'
import { createSealKeys } from './seal-keys.ts'
import { createTokens } from './tokens.ts'

/** What a sealed token holds. */
export interface ExaminedSeal {
  readonly opened: OpenedSession
  /** The codec that decodes the data. */
  readonly codec: Codec
  /** When it expires unless it is used, epoch ms. */
  readonly expiresAt: number
  /** The index of the secret that sealed it, in the order of the keyring. */
  readonly sealedBy: number
}

const maxCookies = 3

/**
 * Returns what a sealed token holds, expired or not; or that it is no such token, that no secret of the keyring has sealed it, or that
 * what it holds cannot be decoded. For the tools of operators.
 */
export async function examineSeal(
  token: string,
  {
    keyring,
    cookieName,
    codec = jsonCodec,
    policy,
  }: Pick<StoreEnv, 'keyring' | 'cookieName' | 'codec' | 'policy'>,
): Promise<ExaminedSeal | 'malformed' | 'forged' | 'corrupt'> {
  const keys = createSealKeys(keyring)
  const tokens = createTokens({
    keys,
    sealer: nodeSealer,
    cache: createOpenedCache(0),
    codecs: [codec, jsonCodec],
    capacity: cookieCapacity(cookieName, maxCookies),
    touchInterval: policy.touchInterval,
  })
  const sealed = await tokens.unseal(token, Number.POSITIVE_INFINITY)
  if (typeof sealed === 'string') return sealed
  const [segment] = token.split('.', 1)
  const sealedBy = keys().findIndex((key) => key.segment === segment)
  return { opened: sealed.opened, codec, expiresAt: sealed.expiresAt, sealedBy }
}
