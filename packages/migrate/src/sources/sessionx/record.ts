import { isObject } from '../json.ts'

/** A session of SessionX, as its records and cookies hold it. Times are epoch ms. */
export interface SessionXRecord {
  readonly id: string
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: number
  readonly updatedAt: number
  readonly rotatedAt: number
}

/**
 * Returns the session in the JSON of a SessionX record or cookie; `undefined` for any other text. The fields are those of
 * the library's `Session`; `Data` is `null` where a Go handler has set it to a nil map.
 */
export function parseRecord(text: string): SessionXRecord | undefined {
  const found = parseObject(text)
  if (!found) return undefined
  const { ID: id, Data: data } = found
  const [createdAt, updatedAt, rotatedAt] = [
    found['CreatedAt'],
    found['UpdatedAt'],
    found['RotatedAt'],
  ].map(parseTime)
  if (typeof id !== 'string' || (data !== null && !isObject(data))) return undefined
  if (createdAt === undefined || updatedAt === undefined || rotatedAt === undefined)
    return undefined
  return { id, data: data ?? {}, createdAt, updatedAt, rotatedAt }
}

/** Returns the JSON of a record, in the order of Go's fields. Its times have ms, where Go's have nanoseconds. */
export function formatRecord({
  id,
  data,
  createdAt,
  updatedAt,
  rotatedAt,
}: SessionXRecord): string {
  return JSON.stringify({
    ID: id,
    Data: data,
    CreatedAt: new Date(createdAt),
    UpdatedAt: new Date(updatedAt),
    RotatedAt: new Date(rotatedAt),
  })
}

/**
 * Returns true for text that may be an id of SessionX: 16 bytes as base64url, in the one spelling that the library makes.
 * The id is not signed, so this is all that can be known of it without a look-up.
 */
export function isSessionXId(text: string): boolean {
  return /^[\w-]{21}[AQgw]$/.test(text)
}

const goTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/** Returns a time as Go writes it, RFC 3339 with up to nanoseconds and any zone, in epoch ms. */
function parseTime(value: unknown): number | undefined {
  if (typeof value !== 'string' || !goTime.test(value)) return undefined
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : ms
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
