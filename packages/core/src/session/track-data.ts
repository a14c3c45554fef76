import type { Codec } from '../data/codec.ts'
import type { DataTracker } from '../data/data-tracker.ts'
import { decodeUntouched } from '../data/decode.ts'
import type { ChangedData } from '../data/merge-stored.ts'
import { type Misfit, misfitError } from '../data/misfit.ts'
import { ShapedData } from '../data/shaped-data.ts'
import { emptyData } from '../data/size.ts'
import { TrackedData, trackData } from '../data/tracked-data.ts'
import type { Emit } from '../events.ts'
import type { SessionConfig } from '../options/resolve-config.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import { misfitReporter } from '../store/report-misfit.ts'

/** What the data of a session is tracked by; a part of `ManagerContext`. */
interface TrackingContext {
  readonly config: Pick<SessionConfig, 'dataShape' | 'development'>
  readonly codec: Codec
  readonly emit: Emit
  readonly warnOnce: (message: string) => void
}

/** Starts to track the data of a session that was opened. Throws if it cannot be decoded. */
export function trackOpened(
  context: TrackingContext,
  { record, data }: OpenedSession,
): DataTracker {
  const { config, codec, emit, warnOnce } = context
  const { dataShape: shape, development } = config
  if (!shape) return trackData(codec, data)
  const report = misfitReporter(emit, record)
  const reportAndWarn = (misfit: Misfit, version: number) => {
    report(misfit, version)
    warnOnce(misfitError(misfit).detail)
  }
  const by = { shape, codec, onMisfit: development ? reportAndWarn : report }
  const stored = { bytes: data, version: record.dataVersion ?? 1 }
  return new ShapedData(by, stored, decodeUntouched(codec, data))
}

/** Starts to track the data of a new or an ended session. */
export function trackEmpty({ config: { dataShape: shape }, codec }: TrackingContext): DataTracker {
  const bytes = emptyData(codec)
  if (!shape) return new TrackedData(codec, bytes, {})
  return new ShapedData({ shape, codec, onMisfit }, { bytes, version: shape.version }, {})
}

/** Returns the data as the handler received it, and as it is. */
export function changedData(tracked: DataTracker): ChangedData {
  const mine = tracked.bytes()
  return { base: tracked.base(), mine, version: tracked.version() }
}

/** Empty data is never reported: a new visitor has nothing. */
function onMisfit(): void {}
