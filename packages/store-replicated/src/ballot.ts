/**
 * The rank of a proposal: a number in nine base-36 digits, then a text of its proposer, so that no two proposals have the
 * same one. Ballots are compared as texts.
 *
 * The number is the time, or above it. So a proposal made when instances have forgotten an expired copy, with its ballot, is still
 * above what another instance has kept.
 */
export type Ballot = string

/** Below every ballot: nothing was promised or accepted. */
export const noBallot: Ballot = ''

const digits = 9

/** Returns a ballot above all of `ballots`, and above those of proposals made before `at`, epoch ms. `tag` is a text of its own. */
export function ballotAbove(ballots: readonly Ballot[], at: number, tag: string): Ballot {
  const numbers = ballots.map((ballot) => Number.parseInt(ballot.slice(0, digits) || '0', 36))
  return `${(Math.max(0, Math.floor(at), ...numbers) + 1).toString(36).padStart(digits, '0')}${tag}`
}
