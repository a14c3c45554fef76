import type { SessionInfo } from '@sojourn/core'
import type { Text } from '../output/table.ts'
import { timeAndSpan } from './times.ts'

/** Returns the rows of a table that shows one session. `now` is in epoch ms. */
export function describeInfo(info: SessionInfo, now: number): readonly (readonly Text[])[] {
  const time = (at: number | undefined) => (at === undefined ? [] : [timeAndSpan(at, now)])
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['id', [info.id]],
    ['user', [info.userId ?? 'none: a visitor']],
    ['acted by', info.actorId === undefined ? [] : [info.actorId]],
    ['created', time(info.createdAt)],
    ['logged in', time(info.authenticatedAt)],
    ['last seen', time(info.lastSeenAt)],
    ['token changed', time(info.rotatedAt)],
    ['bound', time(info.boundAt)],
    ['ends if not used', time(info.expiresAt)],
    ['ends in any case', time(info.absoluteExpiresAt)],
    ...Object.entries(info.client).map(([key, value]) => [`client ${key}`, [value]] as const),
  ]
  return rows.flatMap(([name, values]) =>
    values.map((value): readonly Text[] => [{ text: name, style: 'quiet' }, value]),
  )
}

/** Returns a client in one short text, such as `Firefox on Linux`. */
export function clientText({ client }: SessionInfo): string {
  const { name, browser, os } = client
  return name ?? ([browser, os].filter(Boolean).join(' on ') || Object.values(client).join(' '))
}
