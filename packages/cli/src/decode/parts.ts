import type { SessionRecord } from '@sojourn/core/store'

/** One part of what was decoded: a value or a time, and what it means. */
export type Part = { readonly name: string; readonly note?: string } & (
  | { readonly value: string | number | boolean }
  | { readonly at: number }
)

/** Returns the fields of a record. The verifier is left out but for its numbers: hashes tell people nothing. */
export function describeRecord(record: SessionRecord): readonly Part[] {
  const { userId, actor, verifier, factors = [], client = {} } = record
  return [
    { name: 'id', value: record.id },
    { name: 'userId', value: userId ?? '', note: userId === undefined ? 'a visitor' : '' },
    ...(actor ? [{ name: 'actor', value: actor.userId, note: 'acts as the user' }] : []),
    { name: 'createdAt', at: record.createdAt },
    { name: 'updatedAt', at: record.updatedAt },
    { name: 'rotatedAt', at: record.rotatedAt },
    ...(record.authenticatedAt === undefined
      ? []
      : [{ name: 'authenticatedAt', at: record.authenticatedAt }]),
    { name: 'absoluteExpiresAt', at: record.absoluteExpiresAt },
    { name: 'maxAge', value: record.maxAge, note: 'ms' },
    { name: 'authority', value: record.authority, note: 'logins and rotations' },
    { name: 'persistent', value: record.persistent },
    ...(verifier.current ? [{ name: 'generation', value: verifier.generation }] : []),
    ...(verifier.offeredAt === undefined ? [] : [{ name: 'offeredAt', at: verifier.offeredAt }]),
    ...(verifier.graceUntil === undefined ? [] : [{ name: 'graceUntil', at: verifier.graceUntil }]),
    ...describeBinding(record),
    ...factors.map(({ method, at }) => ({ name: `factor ${method}`, at })),
    ...Object.entries(client).map(([name, value]) => ({ name: `client ${name}`, value })),
    ...(record.leaving ? [{ name: 'leaving', value: true, note: 'to another store' }] : []),
    ...(record.dataVersion === undefined
      ? []
      : [{ name: 'dataVersion', value: record.dataVersion }]),
  ]
}

/** Returns the parts of the device binding, without the key. */
function describeBinding({ deviceBinding }: SessionRecord): readonly Part[] {
  if (!deviceBinding) return []
  const { algorithm, boundAt, provedAt, isConfirmed } = deviceBinding
  return [
    { name: 'boundAt', at: boundAt, note: isConfirmed ? algorithm : `${algorithm}, not confirmed` },
    { name: 'provedAt', at: provedAt },
  ]
}
