import { isFuture } from '../util/clock.ts'
import type { SessionRecord, Verifier } from './record.ts'

/*
 * TIMES OF THE FUTURE. A time that is more than `clockToleranceMs` ahead was written under a clock that was wrong, or is
 * read under one. Whichever it is, such a time says nothing: not that the session was in use just now, not that its user
 * logged in just now. Left alone, it would be believed as soon as the clock has caught up with it.
 */

/** The times of a session: those of its record, and when it was touched. */
interface TimedSession {
  readonly record: SessionRecord
  readonly touchedAt: number
}

/**
 * Returns true if a time that limits something lies in the future of `at`, epoch ms: when the session was touched, when
 * its absolute limit began, when its token was rotated, offered or retired, when its user proved a factor, when its browser
 * proved its key.
 */
export function hasFutureTimes({ record, touchedAt }: TimedSession, at: number): boolean {
  const { rotatedAt, verifier, factors, deviceBinding } = record
  const { offeredAt = 0, retired } = verifier
  const retiredAt = retired?.at(-1)?.at ?? 0
  const { provedAt = 0, challengedAt = 0 } = deviceBinding ?? {}
  const latest = Math.max(
    touchedAt,
    beginningOf(record),
    rotatedAt,
    offeredAt,
    retiredAt,
    provedAt,
    challengedAt,
  )
  return isFuture(latest, at) || (factors?.some((factor) => isFuture(factor.at, at)) ?? false)
}

/**
 * Returns the session with its times of the future corrected, as if the clock that wrote them had shown `at` when it was
 * last used. So it may be idle from now on as long as any other, and what it had used up of its absolute limit, by that
 * clock, stays used up. When its user logged in or proved a factor is not known any more: `authenticatedAt` and the
 * factor are absent, and `createdAt` is where the absolute limit begins.
 */
export function correctTimes<Timed extends TimedSession>(session: Timed, at: number): Timed {
  const { touchedAt } = session
  const record = correctDeviceBinding(correctFactors(correctLimit(session, at), at), at)
  const rotatedAt = Math.min(record.rotatedAt, at)
  const verifier = correctVerifier(record.verifier, { at, shift: record.rotatedAt - rotatedAt })
  return {
    ...session,
    touchedAt: Math.min(touchedAt, at),
    record: { ...record, updatedAt: Math.min(record.updatedAt, at), rotatedAt, verifier },
  }
}

/** Returns when the absolute limit of a record began, in epoch ms. */
export function beginningOf({
  authenticatedAt,
  createdAt,
}: Pick<SessionRecord, 'authenticatedAt' | 'createdAt'>): number {
  return authenticatedAt ?? createdAt
}

/** Moves the absolute limit, and where it began, by as much as the clock was ahead, if it began in the future. */
function correctLimit({ record, touchedAt }: TimedSession, at: number): SessionRecord {
  const began = beginningOf(record)
  if (!isFuture(began, at)) return record
  const ahead = Math.max(began, touchedAt) - at
  const { authenticatedAt: _, absoluteExpiresAt, ...others } = record
  return { ...others, createdAt: began - ahead, absoluteExpiresAt: absoluteExpiresAt - ahead }
}

/** Drops the factors that were proved in the future. */
function correctFactors(record: SessionRecord, at: number): SessionRecord {
  const { factors, ...others } = record
  if (!factors) return record
  const known = factors.filter((factor) => !isFuture(factor.at, at))
  return known.length === 0 ? others : { ...others, factors: known }
}

/** A challenge that counts as issued in the future would be newer than all that follow. */
function correctDeviceBinding(record: SessionRecord, at: number): SessionRecord {
  const { deviceBinding } = record
  if (!deviceBinding) return record
  const { boundAt, provedAt, challengedAt } = deviceBinding
  const times = {
    boundAt: Math.min(boundAt, at),
    provedAt: Math.min(provedAt, at),
    challengedAt: Math.min(challengedAt, at),
  }
  return { ...record, deviceBinding: { ...deviceBinding, ...times } }
}

/** `shift` is by how much the rotation was moved, in ms; the grace after it moves along. */
function correctVerifier(
  { offeredAt, graceUntil, retired, ...hashes }: Verifier,
  { at, shift }: { at: number; shift: number },
): Verifier {
  return {
    ...hashes,
    ...(offeredAt === undefined ? {} : { offeredAt: Math.min(offeredAt, at) }),
    ...(graceUntil === undefined ? {} : { graceUntil: graceUntil - shift }),
    ...(retired && { retired: retired.map((each) => ({ ...each, at: Math.min(each.at, at) })) }),
  }
}
