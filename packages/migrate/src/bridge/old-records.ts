import type { ForeignCookies } from '@sojourn/core/store'
import type { SharedTexts } from './shared-texts.ts'

/**
 * How new servers write the sessions of old ones, while both run. A source has it if its library keeps sessions as texts in a
 * shared database and copies what it does not know; `migrateStore` uses it with `keepOld`.
 */
export interface OldRecords {
  /** Where the old library keeps its sessions, and the bridge its notes. */
  readonly texts: SharedTexts
  /** Returns the name of the record of a session. */
  nameOf(key: string): string
  /** Returns the name of a note of the bridge. The old library must not take it for a session. */
  noteNameOf(note: string): string
  /** Returns a new random key, as the old library makes it. */
  newKey(): string
  /** Returns what a record holds; `undefined` if the old library could not read it. */
  parse(text: string): OldRecord | undefined
  /** Returns the text of a record that is written at `at`, in epoch ms. */
  format(record: OldRecord, at: number): string
  /** Returns how long the old library keeps a record with these fields after each use, in ms. */
  lifetimeOf(fields: object): number
  /** Returns the library's own fields of a new record. */
  newFields(): object
  /** Makes the data of a record that of a user, as the old servers do at a login. */
  logIn(data: OldData, userId: string): void
  /** Returns true if the old library keeps a value under this name. */
  canKeep(name: string): boolean
  /** Returns the `Set-Cookie` line of a session; `undefined` if the client has its cookie. */
  cookieLine(
    session: { readonly key: string; readonly fields: object },
    present: ForeignCookies | undefined,
  ): string | undefined
}

/** The data of an old session: values as JSON has them. */
export type OldData = Record<string, unknown>

/** A session as an old server keeps it. */
interface OldRecord {
  readonly data: OldData
  /** The library's own fields, such as express-session's `cookie`. */
  readonly fields: object
}
