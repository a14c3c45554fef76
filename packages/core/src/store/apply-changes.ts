import type { Codec } from '../data/codec.ts'
import { decodeData, sameBytes } from '../data/decode.ts'
import { type MergedData, mergeStored } from '../data/merge-stored.ts'
import { ShapedData } from '../data/shaped-data.ts'
import type { Emit } from '../events.ts'
import type { SessionRecord } from '../record/record.ts'
import type { OpenedSession } from './opened-session.ts'
import { misfitReporter } from './report-misfit.ts'
import type { Changes, StorePolicy } from './store.ts'

/** By what changes are applied. */
export interface ApplyRules {
  /** The codec of the store. */
  readonly codec: Codec
  readonly policy: Pick<StorePolicy, 'merge' | 'dataShape'>
  readonly emit: Emit
}

/**
 * Returns the data of a session with the changes of a request: merges `changes.data` into it, and then runs
 * `changes.update`; only with that it is a promise. `current` is the session as it is stored now. Applies the options
 * `merge`, `schema`, `version` and `migrations`. Write the `version` with the data, by `withDataVersion`.
 * @throws SessionDataError if data does not fit, and the options say so; also what `update` throws.
 */
export function applyChanges(
  current: Pick<OpenedSession, 'record' | 'data'>,
  { data, update }: Pick<Changes, 'data' | 'update'>,
  rules: ApplyRules,
): MergedData | Promise<MergedData> {
  const { codec, policy } = rules
  const { merge, dataShape: shape } = policy
  const { record, data: bytes } = current
  const stored = { bytes, version: record.dataVersion ?? 1 }
  const merged = data
    ? mergeStored(data, stored, { codec, shape, merge })
    : { ...stored, conflicts: [] }
  return update ? runUpdate(merged, update, { ...rules, record }) : merged
}

/**
 * Runs `update` on a decoded copy of the data, and returns what it has become. Data that `update` leaves as it is stays in the
 * form that it has. `record` is that of the session; a new one has none.
 */
export async function runUpdate(
  merged: MergedData,
  update: NonNullable<Changes['update']>,
  { codec, policy, emit, record }: ApplyRules & { readonly record?: SessionRecord },
): Promise<MergedData> {
  const { bytes, version = 1 } = merged
  const { dataShape: shape } = policy
  if (!shape) {
    const copy = decodeData(codec, bytes)
    await update(copy)
    return { ...merged, bytes: codec.encode(copy) }
  }
  const onMisfit = record ? misfitReporter(emit, record) : () => undefined
  const copy = new ShapedData({ shape, codec, onMisfit }, { bytes, version })
  await update(copy.value())
  const changed = copy.bytes()
  if (sameBytes(changed, copy.base())) return merged
  return { ...merged, bytes: changed, version: copy.version() }
}

/** Returns a record whose data has the form of this version; `undefined` leaves it as it is. */
export function withDataVersion(record: SessionRecord, version: number | undefined): SessionRecord {
  const dataVersion = writtenVersion(version)
  return dataVersion === undefined || dataVersion === record.dataVersion
    ? record
    : { ...record, dataVersion }
}

/** Returns what a record keeps of a version: version 1 is not written. */
export function writtenVersion(version: number | undefined): number | undefined {
  return version === 1 ? undefined : version
}
