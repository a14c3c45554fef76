import type { Hello } from '../redis/hello.ts'
import type { Target } from '../redis/target.ts'

/**
 * What `doctor` has found out, and the checks judge. Where a value may be `undefined`, Redis did not tell: the user may not ask
 * for it, or the server does not know it.
 */
export interface State {
  readonly target: Target
  readonly prefix: string
  /** The servers that hold sessions: the one, or all masters and replicas. The first is the one that was reached first. */
  readonly servers: readonly Server[]
  /** Why servers and Sentinels that belong to the topology could not be reached: one sentence for each, which names it. */
  readonly missing: readonly string[]
  readonly sample: SessionSample
  /** Of a Cluster. */
  readonly cluster?: Cluster | undefined
  /** Of a Sentinel set. */
  readonly sentinels?: SentinelSet | undefined
}

/** One server that holds sessions. */
export interface Server {
  /** `host:port`. */
  readonly name: string
  readonly hello: Hello
  /** How long each of some pings took, in ms. */
  readonly pings: readonly number[]
  /** How far its clock is ahead of the one here, in ms. */
  readonly clockSkew: number | undefined
  /** True if a client without a login may read sessions; `undefined` if the attempt failed for another reason. */
  readonly isOpen: boolean | undefined
  /** The fields of `INFO`. */
  readonly info: Fields | undefined
  /** The settings that the checks need, by `CONFIG GET`. */
  readonly config: Fields | undefined
  /** What the application may do there; `undefined` if its user does not exist there. */
  readonly rights: Rights | undefined
}

/** Names and values as Redis writes them. */
export type Fields = Readonly<Record<string, string | undefined>>

/** What the user of the application may do, and the user `default`. Each server has users of its own: Redis copies them nowhere. */
export interface Rights {
  readonly user: string
  /** The commands that sessions need and the user may not run. */
  readonly missing: readonly string[] | undefined
  /** The dangerous commands that the user may run. */
  readonly dangerous: readonly string[] | undefined
  /** True if the user may read keys that do not have the prefix. */
  readonly reachesOtherKeys: boolean | undefined
  /** True if the user `default`, on or off, may write sessions: Redis replays its append-only file as this user. */
  readonly canReplay: boolean | undefined
}

/** What some of the sessions that are stored take, by `MEMORY USAGE`. */
export interface SessionSample {
  readonly count: number
  /** Bytes per session on average; `undefined` if there are none, or the user may not ask. */
  readonly bytes: number | undefined
}

/** What the members of a Cluster say of themselves, and the first of those that cannot be asked. */
export interface Cluster {
  readonly members: readonly ClusterMember[]
}

/** A member of a Cluster. */
export interface ClusterMember {
  readonly id: string
  readonly name: string
  readonly isFailed: boolean
  /** True for the member that was asked. */
  readonly isSelf: boolean
  /** The id of its master; absent for a master. */
  readonly masterId?: string
  /** The first and the last slot of each range. */
  readonly slots: readonly (readonly [first: number, last: number])[]
}

/** What a Sentinel knows of its master. */
export interface SentinelSet {
  /** How many Sentinels watch the master, this one included. */
  readonly count: number
  readonly quorum: number
  readonly replicas: number
  /** What the Sentinels think of the master: `master` alone if all is well. */
  readonly flags: string
}
