import type { OpenedSession, OpenOutcome, SessionStore } from '@sojourn/core/store'
import type { Sealed } from './claims.ts'
import { tokenExpiryOf } from './lifetime.ts'
import type { SessionRefusal } from './revocations.ts'
import { asLeaving, type SealedContext } from './sealed-context.ts'
import type { TokenRefusal } from './tokens.ts'

/**
 * The `open` of a cookie store: no I/O without revocations, one `find` with them, none for what is not genuine (P6). And
 * with them its `look`, one `find`: what was opened, as far as nobody has ended or elevated it since.
 */
export function createSealedOpen({
  tokens,
  revocations,
  env: { clock, policy },
}: SealedContext): Pick<SessionStore, 'open' | 'peek'> {
  return revocations
    ? { open, peek: (opened) => judge(opened, tokenExpiryOf(opened, policy.touchInterval)) }
    : { open }

  async function open(values: readonly string[]): Promise<OpenOutcome> {
    const at = clock()
    const newest = pickNewest(await Promise.all(values.map((value) => tokens.unseal(value, at))))
    if (typeof newest === 'string') return { outcome: 'discarded', why: newest, id: undefined }
    return judge(newest.opened, newest.expiresAt)
  }

  async function judge(opened: OpenedSession, expiresAt: number): Promise<OpenOutcome> {
    const { record } = opened
    if (clock() >= expiresAt) return { outcome: 'discarded', why: 'expired', id: record.id }
    return outcomeOf(opened, await revocations?.judge(record))
  }
}

/** Of several tokens of one session the newest counts, as far as it says so itself. */
function pickNewest(found: readonly (Sealed | TokenRefusal)[]): Sealed | TokenRefusal | 'ambiguous' {
  const [first, ...others] = found.filter((each) => typeof each !== 'string')
  if (!first) return worst.find((refusal) => found.includes(refusal)) ?? 'malformed'
  const { id } = first.opened.record
  if (others.some(({ opened }) => opened.record.id !== id)) return 'ambiguous'
  return others.reduce((newest, each) => (isNewer(each, newest) ? each : newest), first)
}

/** Of several refusals the one that somebody had to work for. */
const worst: readonly TokenRefusal[] = ['corrupt', 'forged', 'malformed']

function isNewer({ opened: a }: Sealed, { opened: b }: Sealed): boolean {
  const elevations = a.record.authority - b.record.authority
  return elevations === 0 ? a.touchedAt > b.touchedAt : elevations > 0
}

function outcomeOf(opened: OpenedSession, refused: SessionRefusal | undefined): OpenOutcome {
  if (refused === undefined) return { outcome: 'open', opened }
  if (refused === 'leaving') return { outcome: 'open', opened: asLeaving(opened) }
  const reason = refused === 'superseded' ? 'stale' : refused.ended
  return { outcome: 'ended', id: opened.record.id, reason, last: opened }
}
