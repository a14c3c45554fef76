import { inject } from 'vitest'
import type { Address, AddressOf } from './address.ts'

type Addresses = { readonly [Kind in Address['kind']]: AddressOf<Kind> }

declare module 'vitest' {
  interface ProvidedContext {
    redis: Addresses
  }
}

/**
 * Returns the addresses of the servers that all Redis tests share. Each test uses a prefix of its own and must not
 * break them; a test that needs to break a server starts one.
 */
export function sharedServers(): Addresses {
  return inject('redis')
}
