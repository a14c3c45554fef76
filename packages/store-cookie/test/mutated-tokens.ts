import { expect } from 'vitest'
import { makeScene, request, tokenOf } from './support.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=~ é\u0000'

export const sealers = ['node', 'jose'] as const

/** Fails if one of `count` mutated tokens opens a session or throws. */
export async function assertNoMutationOpens(
  sealer: (typeof sealers)[number],
  count: number,
): Promise<void> {
  const { store, manager } = makeScene({ sealer })
  const { cookie } = await request(manager, undefined, (session) => session.login('user-1'))
  const token = tokenOf(cookie)
  const random = createRandom(sealer === 'node' ? 1 : 2)
  const outcomes: Record<string, number> = {}
  for (let n = 0; n < count; n++) {
    const opening = await store.open([mutate(token, random)])
    const told = opening.outcome === 'discarded' ? opening.why : opening.outcome
    outcomes[told] = (outcomes[told] ?? 0) + 1
  }
  const { malformed = 0, forged = 0, ...others } = outcomes
  expect(others).toEqual({})
  expect(malformed + forged).toBe(count)
  expect(Math.min(malformed, forged)).toBeGreaterThan(count / 20) // both gates were tried
  expect((await store.open([token])).outcome).toBe('open')
}

/** The token with one to four places replaced, cut or prolonged; never the token itself. */
function mutate(token: string, random: () => number): string {
  const pick = (below: number) => Math.floor(random() * below)
  for (;;) {
    const characters = [...token]
    for (let times = 1 + pick(4); times > 0; times--) {
      const added = random() < 0.7 ? [alphabet[pick(alphabet.length)] ?? 'A'] : []
      characters.splice(pick(characters.length), random() < 0.7 ? added.length : pick(3), ...added)
    }
    const mutated = characters.join('')
    if (mutated !== token) return mutated
  }
}

/** The generator mulberry32, so that a failure can be repeated. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
