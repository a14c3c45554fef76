import { flashKey } from '../flash-key.ts'
import { isObject } from '../json.ts'

/** `Data` of SessionX: values as JSON has them. */
export type GoData = Readonly<Record<string, unknown>>

/** The key of `Data` under which Sojourn keeps its stamp while Go services run (shared-data.ts). */
export const stampKey = '_sojourn'

/** The key of `Data` under which SessionX keeps flash messages, one for each type. */
export const flashesKey = '_flashes'

/**
 * Returns data of SessionX as `session.data` has it: its flash messages are messages of `session.flash`. The same data
 * always gives the same keys, so that parallel requests import the same.
 */
export function fromGoData(data: GoData): Record<string, unknown> {
  const { [flashesKey]: flashes, [stampKey]: _, ...own } = data
  if (flashes === undefined) return own
  if (!isObject(flashes)) return { ...own, [flashesKey]: flashes }
  const messages = Object.entries(flashes).map(([type, message]) => [
    flashKey(type, message),
    message,
  ])
  return { ...own, ...Object.fromEntries(messages) }
}
