import { inject } from 'vitest'
import type { Address, AddressOf } from './address.ts'

type Addresses = { readonly [Kind in Address['kind']]: AddressOf<Kind> }

declare module 'vitest' {
  interface ProvidedContext {
    redis: Addresses
  }
}

/**
 * Where the servers are that all Redis tests share: each test keeps to a prefix of its own, and breaks none of them.
 * Who needs to break one starts it.
 */
export function sharedServers(): Addresses {
  return inject('redis')
}
