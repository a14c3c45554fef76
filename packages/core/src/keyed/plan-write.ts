import type { Codec } from '../data/codec.ts'
import { decodeData, sameBytes } from '../data/decode.ts'
import { mergeBytes } from '../data/merge.ts'
import { checkSize } from '../data/size.ts'
import { isTouchDue } from '../record/expiry.ts'
import { rotateRecord, type SessionRecord } from '../record/record.ts'
import { isOverdue, type Presented, rotationStep } from '../record/rotation.ts'
import { hashSecret, mintSecret, type TokenContent } from '../record/token.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { Changes, StorePolicy } from '../store/store.ts'
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
}

/**
 * Returns the write that brings `changes` into the session as it is at `at`. Does no I/O, but runs `changes.update`.
 *
 * A touch goes with every write when it is due. A step of the rotation by age is taken only then, or if it is overdue
 * (rotation.ts).
 * @throws SessionUsageError `ERR_SESSION_TOO_LARGE` or `ERR_SESSION_NOT_ENCODABLE`; also what `update` throws.
 */
export async function planWrite(
  current: OpenedSession,
  { changes, presented }: { changes: Changes; presented: Presented | undefined },
  { at, codec, policy }: { at: number; codec: Codec; policy: StorePolicy },
): Promise<WritePlan> {
  if (changes.leave) return planLeave(current)
  const { data, conflicts } = await nextData(current, changes, { codec, merge: policy.merge })
  const isDataChanged = !sameBytes(data, current.data)
  if (isDataChanged) checkSize(data, policy.maxDataBytes)
  const isDue = isTouchDue(current, at, policy.touchInterval)
  const { record: rotatedRecord, token } = changes.rotate
    ? rotateByCause(current.record, changes.rotate, { at, presented })
    : rotateByAge(current.record, presented, { at, policy, isTouchDue: isDue })
  const isReplaced = isDataChanged || rotatedRecord !== current.record
  const record = isDataChanged ? { ...rotatedRecord, updatedAt: at } : rotatedRecord
  return {
    operation: isReplaced ? 'replace' : isDue ? 'touch' : 'none',
    next: { record, data, touchedAt: isDue ? at : current.touchedAt },
    token,
    rotated: whyRotated(current.record, rotatedRecord),
    conflicts,
  }
}

function planLeave(current: OpenedSession): WritePlan {
  const next: OpenedSession = { ...current, record: { ...current.record, leaving: true } }
  return { operation: 'replace', next, token: undefined, rotated: undefined, conflicts: [] }
}

function rotateByCause(
  record: SessionRecord,
  { elevation }: NonNullable<Changes['rotate']>,
  { at, presented }: { at: number; presented: Presented | undefined },
): { record: SessionRecord; token: TokenContent } {
  const { secret, loginSalt } =
    elevation && presented ? loginSecret(presented) : { secret: mintSecret(), loginSalt: undefined }
  const rotated = rotateRecord(record, hashSecret(secret), { at, elevation, loginSalt })
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

/** Merges the data of the request into that of `current`, then runs `update` on a decoded copy of the result. */
async function nextData(
  current: OpenedSession,
  { data, update }: Changes,
  { codec, merge }: { codec: Codec; merge: StorePolicy['merge'] },
) {
  const merged = data
    ? mergeBytes({ ...data, theirs: current.data }, codec, merge)
    : { bytes: current.data, conflicts: [] }
  if (!update) return { data: merged.bytes, conflicts: merged.conflicts }
  const copy = decodeData(codec, merged.bytes)
  await update(copy)
  return { data: codec.encode(copy), conflicts: merged.conflicts }
}
