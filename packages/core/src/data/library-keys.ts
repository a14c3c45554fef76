import type { DataObject } from './decode.ts'

/** The prefix of the keys under which flash messages are kept. */
export const flashPrefix = 'flash:'

/** Returns true for a key of `session.data` that belongs to Sojourn: flash messages, and what `passportSession` keeps. */
function isLibraryKey(key: string): boolean {
  return key === 'passport' || key.startsWith(flashPrefix)
}

/** Splits data into the application's keys, which schemas and migrations are given, and those of Sojourn. */
export function splitLibraryKeys(data: DataObject): {
  readonly own: DataObject
  readonly library: DataObject
} {
  const own: DataObject = Object.create(null)
  const library: DataObject = Object.create(null)
  for (const [key, value] of Object.entries(data)) (isLibraryKey(key) ? library : own)[key] = value
  return { own, library }
}
