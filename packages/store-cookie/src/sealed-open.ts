import type { OpenedSession, OpenOutcome, SessionStore } from '@sojourn/core/store'
import type { Sealed } from './claims.ts'
import { tokenExpiryOf } from './lifetime.ts'
import type { SessionRefusal } from './revocations.ts'
import { asLeaving, type SealedContext } from './sealed-context.ts'
import type { TokenRefusal } from './tokens.ts'

/**
 * Creates the `open` of a cookie store: no I/O without revocations, one `find` with them, none for a token that is not
 * genuine (P6). With revocations it also creates `peek`, one `find`, which checks whether the session was ended or
 * elevated since it was opened.
 */
export function createSealedOpen({
  tokens,
  revocations,
  epochs,
  env: { clock, ids, policy },
}: SealedContext): Pick<SessionStore, 'open' | 'peek'> {
  return revocations
    ? { open, peek: (opened) => check(opened, tokenExpiryOf(opened, policy.touchInterval)) }
    : { open }

  async function open(values: readonly string[]): Promise<OpenOutcome> {
    const at = clock()
    const newest = pickNewest(await Promise.all(values.map((value) => tokens.unseal(value, at))))
    if (typeof newest === 'string') return { outcome: 'discarded', why: newest, id: undefined }
    return check(newest.opened, newest.expiresAt)
  }

  async function check(opened: OpenedSession, expiresAt: number): Promise<OpenOutcome> {
    const { record } = opened
    if (clock() >= expiresAt) return { outcome: 'discarded', why: 'expired', id: record.id }
    const [refusal] = await Promise.all([revocations?.check(record), epochs?.syncIfDue()])
    if (ids.refusalOf(record) === 'foreign') await epochs?.reread()
    const idRefusal = ids.refusalOf(record)
    if (idRefusal === 'foreign') return { outcome: 'discarded', why: idRefusal, id: record.id }
    return outcomeOf(opened, refusal ?? (idRefusal && { ended: idRefusal }))
  }
}

/** Returns the newest of several tokens of one session, by what they contain; `'ambiguous'` for two sessions. */
export function pickNewest(
  found: readonly (Sealed | TokenRefusal)[],
): Sealed | TokenRefusal | 'ambiguous' {
  const [first, ...others] = found.filter((each) => typeof each !== 'string')
  if (!first) return mostSevereFirst.find((refusal) => found.includes(refusal)) ?? 'malformed'
  const { id } = first.opened.record
  if (others.some(({ opened }) => opened.record.id !== id)) return 'ambiguous'
  return others.reduce((newest, each) => (isNewer(each, newest) ? each : newest), first)
}

/** The most severe refusal is reported: a corrupt token needs one of our keys, a forged one a well-formed header. */
const mostSevereFirst: readonly TokenRefusal[] = ['corrupt', 'forged', 'malformed']

function isNewer({ opened: a }: Sealed, { opened: b }: Sealed): boolean {
  const elevations = a.record.authority - b.record.authority
  return elevations === 0 ? a.touchedAt > b.touchedAt : elevations > 0
}

function outcomeOf(opened: OpenedSession, refusal: SessionRefusal | undefined): OpenOutcome {
  if (refusal === undefined) return { outcome: 'open', opened }
  if (refusal === 'leaving') return { outcome: 'open', opened: asLeaving(opened) }
  const reason = refusal === 'superseded' ? 'stale' : refusal.ended
  return { outcome: 'ended', id: opened.record.id, reason, last: opened }
}
