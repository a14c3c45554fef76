import type { SealKey } from './seal-keys.ts'
import type { Sealer } from './sealer.ts'

/**
 * A process warns each time it has made this many seals. With random ivs, AES-GCM allows 2³² seals per key in all
 * (NIST SP 800-38D, section 8.3); a process cannot see the seals of the others.
 */
export const sealBounds = { warnEvery: 2 ** 30 }

/** Wraps a sealer and warns as its seals approach the bound, beyond which a repeated iv would break the encryption. */
export function countSeals(sealer: Sealer, warn: (message: string) => void): Sealer {
  let seals = 0
  let counted: SealKey | undefined
  return {
    seal(plain, by) {
      seals = by === counted ? seals + 1 : 1
      counted = by
      if (seals % sealBounds.warnEvery === 0) warn(tooMany(seals))
      return sealer.seal(plain, by)
    },
    unseal: (jwe) => sealer.unseal(jwe),
  }
}

function tooMany(seals: number): string {
  return (
    `This process has sealed ${seals} sessions with the first secretKey; all processes together may seal ${2 ** 32} with one. ` +
    'Add a new secret in front of it now: see "When a key has sealed enough" in docs/how-to/rotate-keys.md.'
  )
}
