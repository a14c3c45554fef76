import type { StoredData } from '../../data/data-shape.ts'
import { decodeData, sameBytes } from '../../data/decode.ts'
import { mergeBytes } from '../../data/merge.ts'
import { type ChangedData, type MergedData, mergeStored } from '../../data/merge-stored.ts'
import { emptyData } from '../../data/size.ts'
import { SessionDataError } from '../../errors.ts'
import { checkCarry, type LoginOptions } from '../../options/login-options.ts'
import { writtenVersion } from '../../store/apply-changes.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import type { EndOutcome } from '../../store/store.ts'
import type { ManagerContext, SessionState } from '../state.ts'

/** Returns the part of encoded data that goes into the new session of a login. */
type DataFilter = (data: Uint8Array) => Uint8Array

/** Merges what this request changed before its login into the session that it has joined. The commit saves the result. */
export function mergeOwnChanges(
  context: ManagerContext,
  { tracked }: SessionState,
  { changed, carried }: { changed: ChangedData; carried: DataFilter },
): void {
  const { base, mine, version } = changed
  if (sameBytes(mine, base)) return
  const sides = { base: carried(base), mine: carried(mine), version }
  const theirs = { bytes: tracked.bytes(), version: tracked.version() ?? 1 }
  const merged = mergeAfterLogin(context, sides, theirs)
  tracked.overwrite(merged.bytes, merged.version)
}

/**
 * Merges changes that other requests made to the previous session, between its load and its end, into the data of the
 * new one. The commit saves the result.
 */
export function mergeMissedChanges(
  context: ManagerContext,
  { tracked }: SessionState,
  {
    previous,
    base,
    ending,
    carried,
  }: { previous: OpenedSession; base: Uint8Array; ending: EndOutcome; carried: DataFilter },
): void {
  if (!ending.last || sameBytes(ending.last.data, previous.data)) return
  const sides = { base, mine: tracked.bytes(), version: tracked.version() }
  const theirs = { bytes: ending.last.data, version: ending.last.record.dataVersion ?? 1 }
  const merged = mergeAfterLogin(context, sides, theirs)
  tracked.overwrite(carried(merged.bytes), merged.version)
}

/**
 * Merges as a save does, but refuses nothing: the user is logged in already, and the previous session is gone. Where both sides
 * changed a key, a newer version's value stays, because this one's would not fit there.
 */
function mergeAfterLogin(
  { codec, config: { dataShape: shape, merge } }: ManagerContext,
  sides: ChangedData,
  theirs: StoredData,
): Pick<MergedData, 'bytes' | 'version'> {
  try {
    return mergeStored(sides, theirs, { codec, shape, merge })
  } catch (error) {
    if (!(error instanceof SessionDataError)) throw error
    const { base, mine, version = 1 } = sides
    if (theirs.version <= version) return { bytes: mine, version } // they do not migrate
    const { bytes } = mergeBytes({ base, mine: theirs.bytes, theirs: mine }, codec)
    return { bytes, version: theirs.version }
  }
}

/**
 * Returns the filter for the data that a login carries over. From an anonymous session it passes everything, or only
 * the top-level keys listed in `carry`; from an ended session or another user's session it passes nothing.
 */
export function carriedData(
  { codec, config }: ManagerContext,
  state: SessionState,
  { carry: keys = 'all' }: LoginOptions,
): DataFilter {
  checkCarry(keys)
  if (!isCarried(state, keys)) return () => emptyData(codec)
  if (keys === 'all') return (data) => data
  const { dataVersion = 1 } = state.opened?.record ?? {}
  if (config.dataShape && dataVersion < config.dataShape.version) state.tracked.value() // `keys` are those of this version
  return (data) => {
    const entries = Object.entries(decodeData(codec, data))
    return codec.encode(Object.fromEntries(entries.filter(([key]) => keys.includes(key))))
  }
}

function isCarried({ opened, ended }: SessionState, keys: LoginOptions['carry'] = 'all'): boolean {
  return ended === undefined && opened?.record.userId === undefined && keys.length > 0
}

/** Returns the version of the application whose form the carried data has, as the record keeps it. */
export function carriedVersion(
  { config: { dataShape } }: ManagerContext,
  state: SessionState,
  { options, changed }: { options: LoginOptions; changed: ChangedData },
): number | undefined {
  if (!isCarried(state, options.carry)) return writtenVersion(dataShape?.version)
  return writtenVersion(dataShape ? changed.version : state.opened?.record.dataVersion)
}
