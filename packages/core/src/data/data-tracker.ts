import type { DataObject } from './decode.ts'

/**
 * `session.data` during one request: the object that the handler has, and its encoding as it was loaded and as it is.
 * `TrackedData` is the plain one; `ShapedData` applies a schema and migrations.
 */
export interface DataTracker {
  /** Returns the live object, which stays the same one unless it is replaced. It has no prototype; see prototypes.ts. */
  value(): DataObject
  /** Makes a copy of another object the live one. */
  replace(data: object): void
  /** Returns the encoding of what the handler received, or of what was saved last. */
  base(): Uint8Array
  /**
   * Returns the encoding of the data to store. Equals `base()`, byte by byte, if nothing was changed.
   * @throws SessionUsageError `ERR_SESSION_NOT_ENCODABLE`
   */
  bytes(): Uint8Array
  /** Returns the version of the application whose form `bytes()` has; `undefined` if versions are not known here. */
  version(): number | undefined
  /** Replaces the contents of the live object by what is encoded, which then counts as changed. */
  overwrite(encoded: Uint8Array, version: number | undefined): void
  /**
   * Takes `written` as the new base after `sent` was saved. The live object adopts what other requests have written, and
   * keeps what the handler has changed since `sent` was encoded.
   */
  rebase(written: Uint8Array, sent: Uint8Array, version: number | undefined): void
  /** Returns a tracker of what was loaded or saved last, without the changes since. */
  reset(): DataTracker
}
