import { type BackendControl, createBackendControl } from '@sojourn/conformance/testing'
import type { BackendCall, Row, SessionBackend } from '@sojourn/core/store'
import { memoryBackend } from '@sojourn/store-memory'
import {
  type ReplicatedBackend,
  type ReplicatedOptions,
  replicatedBackend,
} from '@sojourn/store-replicated'

/** When the tests begin, epoch ms. */
export const t0 = Date.UTC(2030, 0, 1)
export const hour = 3_600_000
export const day = 24 * hour

type Name = 'a' | 'b' | 'c'

/** Three instances in memory, each of which a test can hold and fail. */
export interface Controlled {
  readonly backend: ReplicatedBackend
  readonly controls: Readonly<Record<Name, BackendControl>>
  /** The instances themselves. */
  readonly memories: Readonly<Record<Name, SessionBackend>>
  /** Returns another backend over the same instances, as on another server. */
  another(options?: ReplicatedOptions): ReplicatedBackend
}

/** Returns a backend over three instances in memory. */
export function controlled(options: ReplicatedOptions = {}): Controlled {
  const memories = { a: memoryBackend(), b: memoryBackend(), c: memoryBackend() }
  const controls = {
    a: createBackendControl(),
    b: createBackendControl(),
    c: createBackendControl(),
  }
  const another = (others = options) =>
    replicatedBackend(
      {
        a: controls.a.wrap(memories.a),
        b: controls.b.wrap(memories.b),
        c: controls.c.wrap(memories.c),
      },
      others,
    )
  return { backend: another(), controls, memories, another }
}

/** Returns the last argument of an operation. */
export function callAt(at = t0): BackendCall {
  return { at, signal: AbortSignal.timeout(10_000) }
}

/** Returns a row that expires 30 days after `t0`. */
export function makeRow(fields: Partial<Row> = {}): Row {
  return {
    version: 'v1',
    priorVersions: [],
    touchedAt: t0,
    expiresAt: t0 + 30 * day,
    value: new TextEncoder().encode('kept'),
    ...fields,
  }
}
