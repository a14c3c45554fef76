/** How the key of a device binding signs: ECDSA on P-256, or RSA (PKCS #1 v1.5), both with SHA-256 (RFC 7518, 3.1). */
export type DeviceAlgorithm = 'ES256' | 'RS256'

/** What a record keeps of the key in the browser to which a session is bound. Times are epoch ms. */
export interface DeviceBinding {
  /** Names the binding between browser and server: a `d` and 18 random bytes as base64url. It opens nothing. */
  readonly id: string
  /** The public key as the JSON of a minimal JWK: `kty`, `crv`, `x`, `y`, or `kty`, `n`, `e`. */
  readonly key: string
  readonly algorithm: DeviceAlgorithm
  /** When the key was registered. */
  readonly boundAt: number
  /** When the browser last proved by a new challenge that it has the key. */
  readonly provedAt: number
  /** When the newest challenge was issued that the browser has answered. It is accepted again for a minute; earlier ones are not. */
  readonly challengedAt: number
  /**
   * Present once the browser has shown that it received the answer to its registration: by the bound cookie or by a refresh.
   * Only then the session needs the key.
   */
  readonly isConfirmed?: true
}

/**
 * What a request changes of the device binding. It is applied to the newest record, so that parallel requests lose nothing.
 * Except for `confirm`, it is refused like other changes if another request has elevated the session:
 *
 * - `bind`: a new binding. It replaces none that is confirmed, and none whose challenge is as new: a challenge is used once.
 * - `confirm`: the binding of this id is confirmed.
 * - `prove`: the binding of this id is confirmed, and a challenge issued at `challengedAt` was answered at `at`. The answer to
 *   an earlier challenge than the newest, or to the newest again, moves no time, so a captured proof cannot be used again and again.
 */
export type DeviceBindingChange =
  | { readonly bind: DeviceBinding }
  | { readonly confirm: string }
  | { readonly prove: string; readonly challengedAt: number; readonly at: number }

/** Returns the binding of a record once it is changed; the same object if nothing changes. */
export function changeDeviceBinding(
  binding: DeviceBinding | undefined,
  change: DeviceBindingChange,
): DeviceBinding | undefined {
  if ('bind' in change)
    return isReplaceable(binding, change.bind.challengedAt) ? change.bind : binding
  if (binding?.id !== ('confirm' in change ? change.confirm : change.prove)) return binding
  const confirmed = binding.isConfirmed ? binding : { ...binding, isConfirmed: true as const }
  if ('confirm' in change || change.challengedAt <= binding.challengedAt) return confirmed
  return { ...confirmed, challengedAt: change.challengedAt, provedAt: change.at }
}

/** Returns true if a key may be registered in place of a binding, by a challenge that was issued at `challengedAt`, epoch ms. */
export function isReplaceable(binding: DeviceBinding | undefined, challengedAt: number): boolean {
  return !binding || (!binding.isConfirmed && binding.challengedAt < challengedAt)
}
