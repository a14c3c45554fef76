import { SessionStoreError } from '@sojourn/core'
import type { Row } from '@sojourn/core/store'
import { type Ballot, noBallot } from './ballot.ts'
import type { Ended, Present, State } from './state.ts'

/** What one instance holds for one id: an acceptor of Paxos. */
export interface Copy {
  /** The instance accepts no proposal below this ballot. */
  readonly promised: Ballot
  /** The ballot of the proposal that it has accepted last; `noBallot` if none. */
  readonly accepted: Ballot
  /** What that proposal says. */
  readonly state: State
  /** The time from which no instance can hold an older copy that is live, epoch ms. The instance forgets the copy then. */
  readonly keepUntil: number
  /** True for a session that is never listed, as in `insert`. */
  readonly isSolitary: boolean
}

/** What an instance holds that knows nothing of an id. */
export const noCopy: Copy = {
  promised: noBallot,
  accepted: noBallot,
  state: undefined,
  keepUntil: Number.NEGATIVE_INFINITY,
  isSolitary: false,
}

/**
 * Returns the version of the row that keeps a copy: its two ballots, or one if they are the same. An instance never has two
 * copies with the same two ballots, so a write that expects this version finds exactly this copy.
 */
export function versionOf({ promised, accepted }: Copy): string {
  return promised === accepted ? promised : `${promised}~${accepted}`
}

/**
 * Returns the row that keeps a copy in an instance. Its value is a line of JSON, and behind that the value of the session's row:
 *
 *     {"state":{"row":{"version":"…","priorVersions":[],"touchedAt":0,"expiresAt":0},"life":"…",…}}\n…
 */
export function rowOfCopy(copy: Copy): Row {
  const { state, keepUntil, isSolitary } = copy
  const { value, ...head } = headOf(state)
  const line = `${JSON.stringify({ ...head, ...(isSolitary ? { isSolitary } : {}) } satisfies Head)}\n`
  return {
    version: versionOf(copy),
    priorVersions: [],
    touchedAt: state && 'row' in state ? state.row.touchedAt : 0,
    expiresAt: keepUntil,
    value: Buffer.concat([Buffer.from(line), value]),
  }
}

/**
 * Returns the copy that a row keeps.
 * @throws SessionStoreError `ERR_STORE_CONTRACT` if this package did not write the row.
 */
export function copyInRow(row: Row): Copy {
  const bytes = Buffer.from(row.value.buffer, row.value.byteOffset, row.value.byteLength)
  const [promised = noBallot, accepted = promised] = row.version.split('~')
  try {
    const end = bytes.indexOf('\n')
    const { state, isSolitary = false } = JSON.parse(bytes.toString('utf8', 0, end)) as Head
    const value = new Uint8Array(bytes.subarray(end + 1))
    return {
      promised,
      accepted,
      keepUntil: row.expiresAt,
      isSolitary,
      state: state && 'row' in state ? { ...state, row: { ...state.row, value } } : state,
    }
  } catch (cause) {
    throw new SessionStoreError(
      'ERR_STORE_CONTRACT',
      'An instance holds a row that @sojourn/store-replicated did not write. Give the sessions a prefix of their own in each instance.',
      cause,
    )
  }
}

/** The line of JSON. */
interface Head {
  readonly state?: Ended | (Omit<Present, 'row'> & { readonly row: Omit<Row, 'value'> }) | undefined
  readonly isSolitary?: boolean
}

function headOf(state: State): { value: Uint8Array } & Head {
  if (!state || 'ended' in state) return { value: new Uint8Array(0), state }
  const { value, ...row } = state.row
  return { value, state: { ...state, row } }
}
