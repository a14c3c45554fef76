import { timingSafeEqual } from 'node:crypto'
import { randomBytes, randomText } from '../util/random.ts'
import { createEpochNames, type EpochNames } from './epoch-names.ts'
import { hmac } from './hmac.ts'
import type { Keyring } from './keyring.ts'
import { groupOf, type SessionId, type SessionRecord } from './record.ts'
import { isId } from './token.ts'
import { UserGroups } from './user-groups.ts'

/** Why the id of a record is refused: it was not made for its user and actor, or all sessions of its epoch were ended. */
export type IdRefusal = 'foreign' | 'revoked'

/**
 * The ids of the sessions of one manager. An id is `group.handle`:
 *
 * | part   | bytes | content                                                                                     |
 * |--------|-------|---------------------------------------------------------------------------------------------|
 * | group  | 12    | random, or the HMAC of the user and the epoch: the same for all sessions of a user; another |
 * |        |       | one for the sessions in which somebody else acts as the user                                |
 * | handle | 16    | 10 random bytes, and 6 bytes of an HMAC of them and the group: the tag of the namespace.    |
 * |        |       | If somebody acts as the user, 6 of the 10 bytes are an HMAC of the actor's session          |
 *
 * The keys derive from `indexKey` and the namespace, so that all servers of an application have the same, and a key roll
 * does not change them. A boundary can therefore be judged from an id alone, without I/O.
 *
 * **Epochs.** `manager.revokeEverybody()` begins a new epoch. The groups of users change with it, and the records of
 * anonymous sessions name it, so no session of an earlier epoch is current any more. The first epoch has no name.
 */
export interface SessionIds {
  /**
   * Returns a new id: in the current group of a user, or in a random one for an anonymous session. `random` are its random
   * bytes, 10 or more; from the same bytes come the same ids, for an anonymous session if there are 22. `actorsId` is the id of the actor's session, if somebody else
   * acts as the user.
   */
  mint(userId?: string, random?: Uint8Array, actorsId?: SessionId): SessionId
  /**
   * Returns what the record of a new session begins with: its id (a new one, unless the draft has one already) and, for
   * an anonymous session, the current epoch.
   */
  issue(draft: Partial<Pick<SessionRecord, 'id' | 'userId' | 'actor'>>): {
    readonly id: SessionId
    readonly epoch?: string
  }
  /**
   * Returns the group of the ids of a user in the current epoch: 16 characters that do not reveal the user. `isActing`: the
   * group of the sessions in which somebody else acts as the user.
   */
  groupOf(userId: string, isActing?: boolean): string
  /** Returns true if a manager of this namespace made the id, in any epoch. Does no I/O. */
  isOwn(id: unknown): id is SessionId
  /**
   * Returns why a record cannot be current, or `undefined`. The group of its id must be that of its user, and the id of an
   * acting session one that was made for the session of its actor. So nobody who can write to the store makes it one of the
   * user's own, or one of another actor, whose session `stopActing` would hand out.
   */
  refusalOf(record: Pick<SessionRecord, 'id' | 'userId' | 'epoch' | 'actor'>): IdRefusal | undefined
  /** Returns the names of the epochs that are known, the current one first; empty in the first epoch. */
  epochs(): readonly string[]
  /** Learns epochs that were read from a store. Returns true if another epoch is the current one now. */
  adopt(epochs: readonly string[]): boolean
  /** The names of the epochs, for the store that keeps them. */
  readonly epochNames: EpochNames
  /** The id of the row that holds the epochs in a store. It is not one that `isOwn`, so it cannot be ended by its id. */
  readonly epochRowId: SessionId
}

const groupBytes = 12
const randomHandleBytes = 10
const tagBytes = 6
/** How many of the random bytes of an acting session are random: the others are the HMAC of the actor's session. */
const actingNonceBytes = 4
/** How many epochs are remembered, the current one included. */
export const maxEpochs = 9

/** Creates the ids of a manager. */
export function createSessionIds(keyring: Pick<Keyring, 'deriveIndex'>): SessionIds {
  const idKey = keyring.deriveIndex('id')
  const ownGroups = new UserGroups(keyring.deriveIndex('group'))
  const actingGroups = new UserGroups(keyring.deriveIndex('acting'))
  const actorKey = keyring.deriveIndex('actor')
  let epochs: readonly string[] = []

  const currentEpoch = () => epochs[0] ?? ''
  const tagOf = (group: string, random: Uint8Array) =>
    hmac(idKey, group, random).subarray(0, tagBytes)
  /** Returns 10 bytes that only keys make for this group and the session of this actor, by the first 4 of those given. */
  const bindToActor = (group: string, given: Uint8Array, actorsId: SessionId) => {
    const nonce = given.subarray(0, actingNonceBytes)
    const bound = hmac(actorKey, group, nonce, actorsId)
    return Buffer.concat([nonce, bound], randomHandleBytes)
  }

  const isBoundTo = (id: SessionId, actorsId: SessionId) => {
    const random = handleOf(id).subarray(0, randomHandleBytes)
    return bindToActor(groupOf(id), random, actorsId).equals(random)
  }

  const ids: SessionIds = {
    mint(userId, given = randomBytes(randomHandleBytes), actorsId) {
      const isActing = actorsId !== undefined
      const group = userId === undefined ? anonymousGroup(given) : ids.groupOf(userId, isActing)
      const random = isActing
        ? bindToActor(group, given, actorsId)
        : given.subarray(0, randomHandleBytes)
      const handle = Buffer.allocUnsafe(randomHandleBytes + tagBytes)
      handle.set(random)
      handle.set(tagOf(group, random), randomHandleBytes)
      return `${group}.${handle.toString('base64url')}`
    },

    issue({ id, userId, actor }) {
      const issued = { id: id ?? ids.mint(userId, undefined, actor?.sessionId) }
      const epoch = currentEpoch()
      return userId === undefined && epoch !== '' ? { ...issued, epoch } : issued
    },

    groupOf: (userId, isActing = false) =>
      (isActing ? actingGroups : ownGroups).current(userId, currentEpoch()),

    isOwn(id): id is SessionId {
      if (!isId(id)) return false
      const group = groupOf(id)
      const handle = handleOf(id)
      const random = handle.subarray(0, randomHandleBytes)
      return timingSafeEqual(tagOf(group, random), handle.subarray(randomHandleBytes))
    },

    refusalOf({ id, userId, actor, epoch: own = '' }) {
      if (actor && !isBoundTo(id, actor.sessionId)) return 'foreign'
      const groups = actor ? actingGroups : ownGroups
      const current = currentEpoch()
      const group = groupOf(id)
      if (userId === undefined ? own === current : group === groups.current(userId, current))
        return undefined
      const isOf = (epoch: string) =>
        userId === undefined ? own === epoch : group === groups.of(userId, epoch)
      return [...epochs.slice(1), ''].some(isOf) && current !== '' ? 'revoked' : 'foreign'
    },

    epochs: () => epochs,

    adopt(read) {
      const before = currentEpoch()
      epochs = merge(epochs, read).slice(0, maxEpochs)
      return currentEpoch() !== before
    },

    epochNames: createEpochNames(keyring.deriveIndex('epoch')),

    epochRowId: `revoke-everybody.${hmac(idKey, 'epochs').toString('base64url', 0, randomHandleBytes + tagBytes)}`,
  }
  return ids
}

/** Returns a group for an anonymous session: from the bytes that the handle leaves, if they are enough, or random. */
function anonymousGroup(given: Uint8Array): string {
  const left = given.subarray(randomHandleBytes, randomHandleBytes + groupBytes)
  return left.length < groupBytes ? randomText(groupBytes) : Buffer.from(left).toString('base64url')
}

/** Returns the bytes of the part after the group. */
function handleOf(id: SessionId): Buffer {
  return Buffer.from(id.slice(groupOf(id).length + 1), 'base64url')
}

/**
 * Returns both histories as one, the latest epoch first, as their names are ordered (epoch-names.ts). So all servers choose
 * the same epoch, whatever order a row has, and none goes back to an earlier one.
 */
function merge(known: readonly string[], read: readonly string[]): readonly string[] {
  return [...new Set([...known, ...read])].sort().reverse()
}
