import type { Sealer } from './sealer.ts'

/**
 * After how many seals a process warns, and again after as many. AES-GCM with random ivs allows a key 2³² in all (NIST
 * SP 800-38D, 8.3), whoever makes them; no process sees those of the others.
 */
export const sealBounds = { warnEvery: 2 ** 30 }

/** The sealer, with a count of what its one key has sealed; beyond it two ivs may meet, which would open the key. */
export function countSeals(sealer: Sealer, warn: (message: string) => void): Sealer {
  let seals = 0
  return {
    seal(plain, by) {
      seals++
      if (seals % sealBounds.warnEvery === 0) warn(tooMany(seals))
      return sealer.seal(plain, by)
    },
    unseal: (spelled) => sealer.unseal(spelled),
  }
}

function tooMany(seals: number): string {
  return (
    `This process has sealed ${seals} sessions with the first secretKey; all processes together may seal ${2 ** 32} with one. ` +
    'Add a new secret in front of it now: see "When a key has sealed enough" in docs/how-to/rotate-keys.md.'
  )
}
