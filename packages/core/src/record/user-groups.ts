import { createHmac, type KeyObject } from 'node:crypto'

/** The groups of users, each the HMAC of a user in an epoch: 12 bytes as 16 characters. */
export interface UserGroups {
  /** Returns the group of a user in an epoch. */
  of(userId: string, epoch: string): string
  /** The same for the current epoch, from a cache: each read of a session needs it. */
  current(userId: string, epoch: string): string
}

/** How many users each of the two parts of the cache holds. */
const maxUsers = 5_000
const groupBytes = 12

/**
 * Creates the groups of users. The cache has two parts: when the newer one is full, it takes the place of the older one,
 * whose users are forgotten unless they came back meanwhile. A hit is one look-up, and the size stays bounded.
 */
export function createUserGroups(key: KeyObject): UserGroups {
  let newer = new Map<string, string>()
  let older = newer
  let cachedEpoch = ''

  return { of, current }

  /** An epoch contains no slash, so no two pairs make the same text. */
  function of(userId: string, epoch: string): string {
    const mac = createHmac('sha256', key).update(`${epoch}/${userId}`).digest()
    return mac.subarray(0, groupBytes).toString('base64url')
  }

  function current(userId: string, epoch: string): string {
    if (epoch !== cachedEpoch) clear(epoch)
    const group = newer.get(userId)
    if (group !== undefined) return group
    const found = older.get(userId) ?? of(userId, epoch)
    if (newer.size >= maxUsers) {
      older = newer
      newer = new Map()
    }
    newer.set(userId, found)
    return found
  }

  function clear(epoch: string): void {
    newer = new Map()
    older = newer
    cachedEpoch = epoch
  }
}
