import type { EndReason, SessionId } from '@sojourn/core'
import type { BackendCall, Row, SessionBackend } from '@sojourn/core/store'
import type { Definition } from './suite.ts'

/** What a case of the backend suite is given: a backend of its own, and the means to race on it. */
export interface BackendFixture {
  readonly backend: SessionBackend
  /** Two backends on one database, the prefix of the first being the beginning of the second's: `a:` and `a:b:`. */
  openPair(): Promise<readonly [SessionBackend, SessionBackend]>
  /** Plays a race once for each seed, each time with a group of its own. */
  races(play: (group: string) => Promise<void>): Promise<void>
  /** Starts operations at once, in an order that the seed decides. */
  parallel<Operations extends readonly (() => Promise<unknown>)[] | []>(
    operations: Operations,
  ): Promise<Outcomes<Operations>>
  /** How long a case may wait for real time to have its effect, in ms. */
  readonly realTimeMs: number
}

/** What each of the operations answered, in their order. */
export type Outcomes<Operations extends readonly (() => Promise<unknown>)[]> = {
  -readonly [Index in keyof Operations]: Awaited<ReturnType<Operations[Index]>>
}

/** A case of the backend suite. */
export type BackendCase = Definition<BackendFixture>

/** When cases begin, epoch ms: no time that a machine's clock shows, for a backend must ask no clock but `at`. */
export const t0 = Date.UTC(2030, 0, 1)
export const second = 1_000
export const hour = 3_600 * second

/** The last argument of an operation. */
export function callAt(at: number): BackendCall {
  return { at, signal: new AbortController().signal }
}

/** A call when the case begins. */
export const now: BackendCall = callAt(t0)

/** A row that lives an hour from `t0`. */
export function makeRow(fields: Partial<Row> = {}): Row {
  return {
    version: 'v1',
    priorVersions: [],
    touchedAt: t0,
    expiresAt: t0 + hour,
    value: bytes('kept'),
    ...fields,
  }
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Inserts rows, which must succeed, and answers them. */
export async function given(
  backend: SessionBackend,
  rows: readonly (readonly [SessionId, Partial<Row>?])[],
): Promise<Row[]> {
  const made = rows.map(([id, fields]) => ({ id, row: makeRow(fields) }))
  for (const { id, row } of made) {
    const { inserted } = await backend.insert(id, row, now)
    if (!inserted) throw new Error(`insert refused the new id ${JSON.stringify(id)} (clause 2)`)
  }
  return made.map(({ row }) => row)
}

/** How rows end, in the words of a case. */
export function ending(at: number, reason: EndReason = 'logout') {
  return { ...callAt(at), reason }
}
