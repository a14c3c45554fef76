/** The steps of a migration, each deployed to all servers before the next one begins. */
import type { StoreFactory } from '@sojourn/core'
import { migrateStore } from '@sojourn/migrate'

/** The store of each step; step 0 is what runs today. */
export function stepsOf(from: StoreFactory, to: StoreFactory): readonly StoreFactory[] {
  return [
    from, // today
    migrateStore({ from, to, move: false }), // read both, everywhere
    migrateStore({ from, to }), // move
    to, // when all who are to stay logged in have come by
  ]
}
