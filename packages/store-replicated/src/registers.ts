import type { SessionId } from '@sojourn/core'
import { type BackendCall, createQueue, tombstoneMs } from '@sojourn/core/store'
import { type Ballot, ballotAbove } from './ballot.ts'
import type { Copy } from './copy.ts'
import { type Decide, type Decision, look } from './decisions.ts'
import type { Fleet, Held, Written } from './fleet.ts'
import { type Ended, isEndOf, type State } from './state.ts'
import { pause } from './timing.ts'

/** A call, and what is particular to one id. */
export interface RegisterCall extends BackendCall {
  readonly isSolitary?: boolean | undefined
}

/** What the registers are told. */
export interface RegistersOptions {
  readonly fleet: Fleet
  /** How long the end of a session is remembered that no instance knew, in ms. */
  readonly partitionMs: number
  /** Returns what a state must become that was found on too few instances to count, before it is written to the others. */
  readonly onAdopt: (key: SessionId, state: State, call: BackendCall) => Promise<State>
  /** Called with an id whose copies differ. */
  readonly onDiffering: (key: SessionId) => void
}

/** One round of an operation: what it wants, and what it has read. */
interface Round<Outcome> {
  readonly operation: string
  readonly key: SessionId
  readonly call: RegisterCall
  readonly decide: Decide<Outcome>
  /** The copies of all instances, as they come in. */
  readonly reading: readonly Promise<Held>[]
  /** Those that had come in when the round went on. */
  readonly seen: readonly Held[]
}

/**
 * One register for each id, on which the instances agree by Paxos, without a leader and without a log: CASPaxos (Rystsov, 2018,
 * https://arxiv.org/abs/1802.07000). An instance is an acceptor whose every step is one conditional write.
 *
 *     read     ask all for their copy. If a quorum has accepted the same proposal, its state is agreed: an operation
 *       │      that changes nothing ends here, after one round trip
 *       ▼
 *     promise  take a ballot above all that were seen; a quorum promises to accept nothing below it
 *       │
 *       ▼
 *     accept   of the states of that quorum take the one with the highest ballot, apply the operation to it, and have a
 *              quorum accept the result. From then on every quorum that is read has it
 *
 * Each instance goes through the three steps at its own pace: a slow one follows where the others are, and nobody waits
 * for it. If somebody else's ballot comes in between, the operation begins again, after a pause of random length.
 */
export class Registers {
  readonly #options: RegistersOptions
  /** So that the requests of one process do not compete with each other. */
  readonly #queue = createQueue()

  constructor(options: RegistersOptions) {
    this.#options = options
  }

  /**
   * Returns the state of one id, as a quorum agrees on it.
   * @throws SessionStoreError `ERR_STORE_UNAVAILABLE` if no quorum answers.
   */
  read(key: SessionId, call: BackendCall): Promise<State> {
    return this.#run('find', key, call, look)
  }

  /**
   * Applies an operation to the state of one id.
   * @throws SessionStoreError `ERR_STORE_UNAVAILABLE` if no quorum answers; whether something was written is unknown then.
   */
  async change<Outcome>(
    operation: string,
    key: SessionId,
    call: RegisterCall,
    decide: Decide<Outcome>,
  ): Promise<Outcome> {
    return this.#queue(key, () => this.#run(operation, key, call, decide))
  }

  /** Proposes the state of one id anew, so that every instance that answers gets it. */
  async renew(key: SessionId, call: BackendCall): Promise<void> {
    await this.#queue(key, () => this.#run('repair', key, call, look, true))
  }

  /** Returns the copy that a quorum has accepted and nothing seen contradicts; `undefined` if there is none. */
  agreed(seen: readonly Held[]): Copy | undefined {
    const counting = seen.filter(({ counts }) => counts)
    const held = counting.find(({ copy: { accepted } }) =>
      this.#isQuorum(counting.filter(({ copy }) => copy.accepted === accepted)),
    )
    return held && !endIn(seen, held.copy.state) ? held.copy : undefined
  }

  async #run<Outcome>(
    operation: string,
    key: SessionId,
    call: RegisterCall,
    decide: Decide<Outcome>,
    isForced = false,
  ): Promise<Outcome> {
    const { fleet } = this.#options
    for (let attempt = 0; ; attempt++) {
      call.signal.throwIfAborted()
      // A repair reads all that answer: the instance that differs may know of an end, and is mostly not the first to answer.
      const isEnough = (held: readonly Held[]) => !isForced && this.agreed(held) !== undefined
      const { reading, seen } = await fleet.read(operation, { key, at: call.at, isEnough })
      const agreed = this.agreed(seen)
      if (agreed && !isForced) {
        const { next, outcome } = decide(agreed.state)
        if (!next) {
          this.#watch(key, agreed, reading)
          return outcome
        }
      }
      // What somebody else is writing has mostly arrived everywhere when it is read again.
      if (agreed || attempt > 0) {
        const round = { operation, key, call, decide, reading, seen }
        const decision = await this.#propose(round, isForced)
        if (decision) return decision.outcome
      }
      await pause(fleet.timing, fleet.timing.random() * 2 ** Math.min(attempt + 1, 6))
    }
  }

  /** Makes one proposal. Returns `undefined` if somebody else's ballot came in between. */
  async #propose<Outcome>(
    { operation, key, call, decide, reading, seen }: Round<Outcome>,
    isForced: boolean,
  ): Promise<Decision<Outcome> | undefined> {
    const { fleet } = this.#options
    const ballots = seen.flatMap(({ copy }) => [copy.promised, copy.accepted])
    const ballot = ballotAbove(ballots, call.at, fleet.timing.tag())
    const promising = reading.map(async (pending): Promise<Written> => {
      const held = await pending
      if (held.copy.promised > ballot) return { ...held, isWritten: false }
      return fleet.write(held, key, promiseOf(held.copy, ballot, call), call.at)
    })
    const promised = await this.#gatherWritten(operation, promising)
    if (!promised) return undefined
    const newest = promised.map(({ copy }) => copy).reduce(newer)
    const isAgreed = this.agreed(promised) !== undefined
    const end = endIn([...seen, ...promised], newest.state)
    const state = end ?? (isAgreed ? newest.state : await this.#adopted(key, newest.state, call))
    const decision = decide(state)
    if (isAgreed && !end && !decision.next && !isForced) return decision
    const proposal = this.#proposal(decision.next ?? state, newest, { ballot, at: call.at })
    const accepting = promising.map(async (pending) => {
      const held = await pending
      // An end that came too late to be taken over is left where it is, for the next read to see.
      const isTakenOver = !endIn([held], proposal.state)
      if (held.isWritten && isTakenOver) return fleet.write(held, key, proposal, call.at)
      return { ...held, isWritten: false }
    })
    return (await this.#gatherWritten(operation, accepting)) && decision
  }

  /** Returns what becomes of a state that may have been left by an operation that failed. */
  #adopted(key: SessionId, state: State, call: BackendCall): Promise<State> | State {
    const isNew = state !== undefined && 'row' in state && state.isFirst
    return isNew ? this.#options.onAdopt(key, state, call) : state
  }

  /**
   * Returns the proposal of a state after `newest`. It is kept until no older copy can be live, wherever: until all that came
   * before it have expired, also one that a touch just before would have prolonged; the end of a session for `partitionMs` at least.
   */
  #proposal(state: State, newest: Copy, { ballot, at }: { ballot: Ballot; at: number }): Copy {
    const accepted = { ...newest, promised: ballot, accepted: ballot, state }
    if (state === newest.state) return accepted
    const earlier = newest.state ? newest.keepUntil : Number.NEGATIVE_INFINITY
    const row = newest.state && 'row' in newest.state ? newest.state.row : undefined
    const prolonged = at + (row ? row.expiresAt - row.touchedAt : 0)
    const own =
      state && 'ended' in state
        ? at + Math.max(this.#options.partitionMs, tombstoneMs)
        : (state?.row.expiresAt ?? at)
    return { ...accepted, keepUntil: Math.max(earlier, prolonged, own) }
  }

  /** Reports an id whose copies differ, once the slower instances have answered too. */
  #watch(key: SessionId, agreed: Copy, reading: readonly Promise<Held>[]): void {
    let isReported = false
    const compare = ({ copy }: Held) => {
      if (isReported || copy.accepted === agreed.accepted) return
      isReported = true
      this.#options.onDiffering(key)
    }
    for (const pending of reading) pending.then(compare, ignore)
  }

  /** Waits for a quorum that has written. Returns `undefined` if too many have refused. */
  async #gatherWritten(
    operation: string,
    writing: readonly Promise<Written>[],
  ): Promise<readonly Held[] | undefined> {
    const written = (answers: readonly Written[]) =>
      answers.filter(({ counts, isWritten }) => counts && isWritten)
    const isEnough = (answers: readonly Written[]) => this.#isQuorum(written(answers))
    const answers = await this.#options.fleet.gather(operation, writing, isEnough)
    return isEnough(answers) ? written(answers) : undefined
  }

  #isQuorum(held: readonly Held[]): boolean {
    return held.filter(({ counts }) => counts).length >= this.#options.fleet.quorum
  }
}

/** Returns a copy with a promise. One without a state lasts as long as a write may be in flight. */
function promiseOf(copy: Copy, ballot: Ballot, { at, isSolitary = false }: RegisterCall): Copy {
  if (copy.state) return { ...copy, promised: ballot }
  return { ...copy, promised: ballot, keepUntil: at + tombstoneMs, isSolitary }
}

function newer(one: Copy, other: Copy): Copy {
  return other.accepted > one.accepted ? other : one
}

/** Returns the end of the session in `state` if any instance knows of it: a logout wins, even one that failed. */
function endIn(seen: readonly Held[], state: State): Ended | undefined {
  return seen.map(({ copy }) => copy.state).find((other): other is Ended => isEndOf(other, state))
}

function ignore(): void {}
