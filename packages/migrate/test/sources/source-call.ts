import type { SourceCall } from '../../src/sources/source.ts'

/** Returns what a migration passes to a source at a time, in epoch ms. */
export function callAt(at: number): SourceCall {
  return { at, signal: new AbortController().signal }
}
