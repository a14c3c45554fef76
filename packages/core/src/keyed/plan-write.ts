import type { Codec } from '../data/codec.ts'
import { decodeData, sameBytes } from '../data/decode.ts'
import { mergeBytes } from '../data/merge.ts'
import { checkSize } from '../data/size.ts'
import { isTouchDue } from '../record/expiry.ts'
import { rotateRecord, type SessionRecord } from '../record/record.ts'
import { type Presented, rotationStep } from '../record/rotation.ts'
import { hashSecret, mintSecret } from '../record/token.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { Changes, StorePolicy } from '../store/store.ts'

/** What to write over one row. */
export interface Plan {
  /** `replace` writes a new version, `touch` only moves the times. */
  readonly act: 'replace' | 'touch' | 'nothing'
  readonly next: OpenedSession
  /** The secret to hand out once the write has won. */
  readonly secret: string | undefined
  /** Why the token that opens the session is another one after the write. */
  readonly rotated: 'cause' | 'age' | undefined
  /** Keys of `data` that others changed too. */
  readonly conflicts: readonly string[]
}

/** Judges what a request wants against the row as it is at `at`. */
export async function makePlan(
  current: OpenedSession,
  { changes, presented }: { changes: Changes; presented: Presented | undefined },
  { at, codec, policy }: { at: number; codec: Codec; policy: StorePolicy },
): Promise<Plan> {
  if (changes.leave) return leave(current)
  const { data, conflicts } = await changedData(current, changes, { codec, merge: policy.merge })
  const isChanged = !sameBytes(data, current.data)
  if (isChanged) checkSize(data, policy.maxDataBytes)
  const isDue = isTouchDue(current, at, policy.touchInterval)
  const turn = changes.rotate
    ? rotateByCause(current.record, changes.rotate, at)
    : isDue && presented && rotationStep(current.record, presented, { at, policy })
  const { record: turned = current.record, secret } = turn || {}
  const isWritten = isChanged || turned !== current.record
  const record = isChanged ? { ...turned, updatedAt: at } : turned
  return {
    act: isWritten ? 'replace' : isDue ? 'touch' : 'nothing',
    next: { record, data, touchedAt: isDue ? at : current.touchedAt },
    secret,
    rotated: rotation(current.record, turned),
    conflicts,
  }
}

function leave(current: OpenedSession): Plan {
  const next: OpenedSession = { ...current, record: { ...current.record, leaving: true } }
  return { act: 'replace', next, secret: undefined, rotated: undefined, conflicts: [] }
}

function rotateByCause(
  record: SessionRecord,
  { elevation }: NonNullable<Changes['rotate']>,
  at: number,
): { record: SessionRecord; secret: string } {
  const secret = mintSecret()
  return { record: rotateRecord(record, hashSecret(secret), { at, elevation }), secret }
}

function rotation(before: SessionRecord, after: SessionRecord): Plan['rotated'] {
  if (before.authority !== after.authority) return 'cause'
  return before.verifier.current === after.verifier.current ? undefined : 'age'
}

/** My data on the row as it is now, merged where others have written since; `update` runs on a copy of that. */
async function changedData(
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
