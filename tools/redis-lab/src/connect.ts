import type { Codec, StoreFactory } from '@sojourn/core'
import type { SessionBackend } from '@sojourn/core/store'
import type { Address } from './address.ts'

/** How many replicas a write waits for, and how long, in ms. The same shape as in `@sojourn/store-redis`. */
interface ReplicaWaitOptions {
  readonly replicas: number
  readonly timeoutMs: number
}

/** A connected client of one library, as the cases of this package use it. */
export interface Connection {
  backend(prefix: string, options?: { readonly waitFor: ReplicaWaitOptions }): SessionBackend
  store(prefix: string): StoreFactory
  /** The store's default codec. */
  readonly codec: Codec
  close(): void
}

/** Connects a client and waits until it is ready. */
export type Connect = (address: Address) => Promise<Connection>

/** Connects several named clients to one address. */
export function connectAll(
  address: Address,
  connects: Readonly<Record<string, Connect>>,
): Promise<(readonly [name: string, connection: Connection])[]> {
  const named = Object.entries(connects)
  return Promise.all(named.map(async ([name, connect]) => [name, await connect(address)] as const))
}
