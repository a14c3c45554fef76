import type { KeyObject } from 'node:crypto'
import { RecentMap } from '../util/recent-map.ts'
import { hmac } from './hmac.ts'

/** How many users the cache holds at least. */
const maxUsers = 5_000
const groupBytes = 12

/** The groups of users, each the HMAC of a user in an epoch: 12 bytes as 16 characters. */
export class UserGroups {
  readonly #key: KeyObject
  readonly #groups = new RecentMap<string, string>(maxUsers)
  #epoch = ''

  constructor(key: KeyObject) {
    this.#key = key
  }

  /** Returns the group of a user in an epoch. An epoch contains no slash, so no two pairs make the same text. */
  of(userId: string, epoch: string): string {
    return hmac(this.#key, `${epoch}/${userId}`).toString('base64url', 0, groupBytes)
  }

  /** The same for the current epoch, from a cache: each read of a session needs it. */
  current(userId: string, epoch: string): string {
    if (epoch !== this.#epoch) {
      this.#groups.clear()
      this.#epoch = epoch
    }
    const known = this.#groups.get(userId)
    if (known !== undefined) return known
    const group = this.of(userId, epoch)
    this.#groups.set(detach(userId), group)
    return group
  }
}

/** Returns a copy of a user id. A part of a form would keep the whole form in memory. */
function detach(userId: string): string {
  return Buffer.from(userId).toString()
}
