import { describeSession } from '../store/session-info.ts'
import type { StoreEnv, StoreUsers } from '../store/store.ts'
import type { GuardedBackend } from './guarded-backend.ts'
import type { KeyedRows } from './rows.ts'

/** The sessions of a user, found by the group that they share. */
export function createUsers({
  guarded,
  rows,
  env: { clock, keyring, policy },
}: {
  guarded: GuardedBackend
  rows: KeyedRows
  env: StoreEnv
}): StoreUsers {
  return {
    async list(userId) {
      const at = clock()
      const found = await guarded.list(keyring.userGroup(userId), at)
      return found
        .map((row) => rows.read(row.id, row))
        .filter((opened) => opened !== 'corrupt')
        .filter((opened) => opened.record.userId === userId && rows.expiryOf(opened) > at)
        .map((opened) => describeSession(opened, policy.touchInterval))
        .sort((a, b) => b.lastSeenAt - a.lastSeenAt)
    },
    endAll: (userId, options) =>
      guarded.removeGroup(keyring.userGroup(userId), { at: clock(), ...options }),
  }
}
