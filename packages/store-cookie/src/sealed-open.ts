import type { Opened, Opening, SessionStore } from '@sojourn/core'
import type { Sealed } from './claims.ts'
import type { Refused } from './revocations.ts'
import type { SealedParts } from './sealed-parts.ts'
import type { Refusal } from './tokens.ts'

/** The `open` of a cookie store: no I/O without revocations, one `find` with them, none for what is not genuine (P6). */
export function createSealedOpen({ tokens, revocations, env }: SealedParts): SessionStore['open'] {
  return async (values) => {
    const at = env.clock()
    const newest = pickNewest(await Promise.all(values.map((value) => tokens.unseal(value, at))))
    if (typeof newest === 'string') return { outcome: 'discarded', why: newest, id: undefined }
    const { opened, expiresAt } = newest
    const { id } = opened.record
    if (at >= expiresAt) return { outcome: 'discarded', why: 'expired', id }
    return outcomeOf(opened, await revocations?.judge(opened.record))
  }
}

/** Of several tokens of one session the newest counts, as far as it says so itself. */
function pickNewest(found: readonly (Sealed | Refusal)[]): Sealed | Refusal | 'ambiguous' {
  const [first, ...others] = found.filter((each) => typeof each !== 'string')
  if (!first) return worst.find((refusal) => found.includes(refusal)) ?? 'malformed'
  const { id } = first.opened.record
  if (others.some(({ opened }) => opened.record.id !== id)) return 'ambiguous'
  return others.reduce((newest, each) => (isNewer(each, newest) ? each : newest), first)
}

/** Of several refusals the one that somebody had to work for. */
const worst: readonly Refusal[] = ['corrupt', 'forged', 'malformed']

function isNewer({ opened: a }: Sealed, { opened: b }: Sealed): boolean {
  const elevations = a.record.authority - b.record.authority
  return elevations === 0 ? a.touchedAt > b.touchedAt : elevations > 0
}

function outcomeOf(opened: Opened, refused: Refused | undefined): Opening {
  if (refused === undefined) return { outcome: 'open', opened }
  const reason = refused === 'superseded' ? 'stale' : refused.ended
  return { outcome: 'ended', id: opened.record.id, reason, last: opened }
}
