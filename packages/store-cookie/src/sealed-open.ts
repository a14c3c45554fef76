import {
  type Awaitable,
  andThen,
  type OpenedSession,
  type OpenOutcome,
  type SessionStore,
} from '@sojourn/core/store'
import type { Sealed } from './claims.ts'
import { tokenExpiryOf } from './lifetime.ts'
import type { Revocations, SessionRefusal } from './revocations.ts'
import { asLeaving, type SealedContext } from './sealed-context.ts'
import type { TokenRefusal, Tokens, Unsealed } from './tokens.ts'

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
    ? { open, peek: async (opened) => check(opened, tokenExpiryOf(opened, policy.touchInterval)) }
    : { open }

  function open(values: readonly string[]): Awaitable<OpenOutcome> {
    return andThen(unsealNewest(tokens, values, clock()), (newest) =>
      typeof newest === 'string'
        ? { outcome: 'discarded', why: newest, id: undefined }
        : check(newest.opened, newest.expiresAt),
    )
  }

  function check(opened: OpenedSession, expiresAt: number): Awaitable<OpenOutcome> {
    if (clock() >= expiresAt) return { outcome: 'discarded', why: 'expired', id: opened.record.id }
    return revocations ? checkEntry(opened, revocations) : judge(opened, undefined)
  }

  async function checkEntry(opened: OpenedSession, entries: Revocations): Promise<OpenOutcome> {
    const { record } = opened
    const [refusal] = await Promise.all([entries.check(record), epochs?.syncIfDue()])
    if (ids.refusalOf(record) === 'foreign') await epochs?.reread()
    return judge(opened, refusal)
  }

  function judge(opened: OpenedSession, refusal: SessionRefusal | undefined): OpenOutcome {
    const { record } = opened
    const idRefusal = ids.refusalOf(record)
    if (idRefusal === 'foreign') return { outcome: 'discarded', why: idRefusal, id: record.id }
    return outcomeOf(opened, refusal ?? (idRefusal && { ended: idRefusal }))
  }
}

/** Returns what the tokens of a request contain; of several of one session, the newest. `at` is now, epoch ms. */
export function unsealNewest(
  tokens: Tokens,
  values: readonly string[],
  at: number,
): Newest | Promise<Newest> {
  const [first] = values
  if (values.length === 1 && first !== undefined) return tokens.unseal(first, at)
  return Promise.all(values.map((value) => tokens.unseal(value, at))).then(pickNewest)
}

/** What several tokens contain, or why none of them is used; `'ambiguous'` if they are of two sessions. */
type Newest = Unsealed | 'ambiguous'

function pickNewest(found: readonly Unsealed[]): Newest {
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
