import { namesOf } from '../record/record.ts'
import { isStalled } from '../record/rotation.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { SaveOutcome } from '../store/store.ts'
import { type KeyedContext, offerOutcome } from './context.ts'
import type { WritePlan } from './plan-write.ts'

/** Returns the outcome of a write that was applied over `current`, and emits the events that it causes. */
export function savedOutcome(
  context: KeyedContext,
  plan: WritePlan,
  current: OpenedSession,
): SaveOutcome {
  const { next, rotated, conflicts, isChanged } = plan
  if (conflicts.length > 0) context.env.emit('conflict', { id: next.record.id, keys: conflicts })
  emitIfStalled(context, plan, current)
  return {
    saved: true,
    opened: next,
    isChanged,
    isTouched: next.touchedAt !== current.touchedAt,
    ...tokenOutcome(context, plan),
    ...(rotated === undefined ? {} : { rotated }),
  }
}

function tokenOutcome(
  context: KeyedContext,
  { next, token, rotated }: WritePlan,
): { token?: string; offer?: string } {
  const { record } = next
  if (token && rotated === 'cause') return { token: context.tokenOf(record, token) }
  const { presented } = context.rows.originOf(next)
  return offerOutcome(context, { record, presented }, token)
}

/** Emits `stalled` if this touch offers a token again that has gone unconfirmed for very long. */
function emitIfStalled(
  { env: { emit, policy } }: KeyedContext,
  { next, token }: WritePlan,
  current: OpenedSession,
): void {
  const { offeredAt } = next.record.verifier
  if (!token || offeredAt === undefined || next.touchedAt === current.touchedAt) return
  if (isStalled(next.record, current.touchedAt, { at: next.touchedAt, policy }))
    emit('stalled', { ...namesOf(next.record), why: 'unconfirmed', offeredAt })
}
