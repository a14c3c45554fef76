import type { Codec, StoreFactory } from '@sojourn/core'
import type { SessionBackend } from '@sojourn/core/store'
import type { Address } from './address.ts'

/** How many replicas a write waits for, and how long, in ms. */
interface ReplicaWaitOptions {
  readonly replicas: number
  readonly timeoutMs: number
}

/** A client of one library, connected: what the cases of this package ask of a driver. */
export interface Connection {
  backend(prefix: string, options?: { readonly waitFor: ReplicaWaitOptions }): SessionBackend
  store(prefix: string): StoreFactory
  /** The store's own. */
  readonly codec: Codec
  close(): void
}

/** Connects a client as docs/how-to/run-redis-for-sessions.md says, and waits until it is ready. */
export type Connect = (address: Address) => Promise<Connection>

/** Connects several clients to one address; each with its name. */
export function connectAll(
  address: Address,
  connects: Readonly<Record<string, Connect>>,
): Promise<(readonly [name: string, connection: Connection])[]> {
  const named = Object.entries(connects)
  return Promise.all(named.map(async ([name, connect]) => [name, await connect(address)] as const))
}
