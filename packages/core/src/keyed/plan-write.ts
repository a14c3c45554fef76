import { sameBytes } from '../data/decode.ts'
import type { MergedData } from '../data/merge-stored.ts'
import { checkSize } from '../data/size.ts'
import { changeDeviceBinding } from '../record/device-binding.ts'
import { isTouchDue } from '../record/expiry.ts'
import { rotateRecord, type SessionRecord } from '../record/record.ts'
import { isOverdue, type Presented, rotationStep } from '../record/rotation.ts'
import { hashSecret, mintSecret, type TokenContent } from '../record/token.ts'
import { type ApplyRules, applyChanges, withDataVersion } from '../store/apply-changes.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { Changes, StorePolicy } from '../store/store.ts'
import { type Awaitable, andThen } from '../util/and-then.ts'
import { loginSecret } from './join-login.ts'

/** What to write over one version of a row. */
export interface WritePlan {
  /** `replace` writes a new version; `touch` only moves the two times; `none` leaves the row alone. */
  readonly operation: 'replace' | 'touch' | 'none'
  /** The session as it is once the write is applied. */
  readonly next: OpenedSession
  /** The token to send to the client once the write is applied; `undefined` if it keeps its token. */
  readonly token: TokenContent | undefined
  /** Why another token opens the session once the write is applied; `undefined` if none does. */
  readonly rotated: 'cause' | 'age' | undefined
  /** The keys of `data` that other requests have changed too, differently. */
  readonly conflicts: readonly string[]
  /** Whether `data` is other than it was. */
  readonly isChanged: boolean
}

/** By what a write is planned. `at` is epoch ms. */
interface Rules extends ApplyRules {
  readonly at: number
  readonly policy: StorePolicy
}

/** What a request wants written, and the token that it presented. */
interface Wanted {
  readonly changes: Changes
  readonly presented: Presented | undefined
}

/**
 * Returns the write that brings `changes` into the session as it is at `at`. Does no I/O, but runs `changes.update`; only
 * then it is a promise.
 *
 * A touch goes with every write when it is due. A step of the rotation by age is taken only then, or if it is overdue
 * (rotation.ts). A passive request does neither.
 * @throws SessionUsageError `ERR_SESSION_TOO_LARGE` or `ERR_SESSION_NOT_ENCODABLE`; also what `update` throws.
 */
export function planWrite(
  current: OpenedSession,
  wanted: Wanted,
  rules: Rules,
): Awaitable<WritePlan> {
  const { changes } = wanted
  if (changes.leave) return planLeave(current)
  const changed = applyChanges(current, changes, rules)
  return andThen(changed, (next) => planData(current, next, wanted, rules))
}

/** Returns the write that leaves this data, and what else is wanted or due. */
function planData(
  current: OpenedSession,
  { bytes: data, version, conflicts }: MergedData,
  { changes, presented }: Wanted,
  { at, policy }: Rules,
): WritePlan {
  const isDataChanged = !sameBytes(data, current.data)
  if (isDataChanged) checkSize(data, policy.maxDataBytes)
  const isDue = !changes.passive && isTouchDue(current, at, policy.touchInterval)
  const { record, token } = changes.rotate
    ? rotateByCause(current.record, changes.rotate, { at, presented })
    : changes.passive
      ? { record: current.record, token: undefined }
      : rotateByAge(current.record, presented, { at, policy, isTouchDue: isDue })
  const rotatedRecord = withClient(record, changes)
  const isReplaced = isDataChanged || rotatedRecord !== current.record
  const nextRecord = isDataChanged
    ? withDataVersion({ ...rotatedRecord, updatedAt: at }, version)
    : rotatedRecord
  return {
    operation: isReplaced ? 'replace' : isDue ? 'touch' : 'none',
    next: { record: nextRecord, data, touchedAt: isDue ? at : current.touchedAt },
    token,
    rotated: whyRotated(current.record, rotatedRecord),
    conflicts,
    isChanged: isDataChanged,
  }
}

/** Returns the record with what changes of its client: the fingerprint, and the device binding. */
function withClient(
  record: SessionRecord,
  { fingerprint, deviceBinding: change }: Changes,
): SessionRecord {
  const recognised = fingerprint ? { ...record, fingerprint } : record
  if (!change) return recognised
  const deviceBinding = changeDeviceBinding(record.deviceBinding, change)
  if (deviceBinding === undefined || deviceBinding === record.deviceBinding) return recognised
  return { ...recognised, deviceBinding }
}

function planLeave(current: OpenedSession): WritePlan {
  const next: OpenedSession = { ...current, record: { ...current.record, leaving: true } }
  return {
    operation: 'replace',
    next,
    token: undefined,
    rotated: undefined,
    conflicts: [],
    isChanged: false,
  }
}

function rotateByCause(
  record: SessionRecord,
  { elevation, factors }: NonNullable<Changes['rotate']>,
  { at, presented }: { at: number; presented: Presented | undefined },
): { record: SessionRecord; token: TokenContent } {
  const { secret, loginSalt } =
    elevation && presented ? loginSecret(presented) : { secret: mintSecret(), loginSalt: undefined }
  const rotated = rotateRecord(record, hashSecret(secret), { at, elevation, factors, loginSalt })
  return { record: rotated, token: { secret, generation: rotated.verifier.generation } }
}

function rotateByAge(
  record: SessionRecord,
  presented: Presented | undefined,
  { at, policy, isTouchDue }: { at: number; policy: StorePolicy; isTouchDue: boolean },
): { record: SessionRecord; token: TokenContent | undefined } {
  const mayStep = isTouchDue || isOverdue(record, { at, policy })
  const step = mayStep && presented ? rotationStep(record, presented, { at, policy }) : undefined
  return { record: step?.record ?? record, token: step?.offered }
}

/** Compares a record before and after a rotation. An offer changes no token yet: `undefined`. */
function whyRotated(before: SessionRecord, after: SessionRecord): WritePlan['rotated'] {
  if (before.authority !== after.authority) return 'cause'
  return before.verifier.current === after.verifier.current ? undefined : 'age'
}
