/**
 * The rank of a proposal: a number in eight base-36 digits, then a text of its proposer, so that no two proposals have the
 * same one. Ballots are compared as texts.
 */
export type Ballot = string

/** Below every ballot: nothing was promised or accepted. */
export const noBallot: Ballot = ''

const digits = 8

/** Returns a ballot above all of `ballots`. `tag` is a text of its own. */
export function ballotAbove(ballots: readonly Ballot[], tag: string): Ballot {
  const numbers = ballots.map((ballot) => Number.parseInt(ballot.slice(0, digits) || '0', 36))
  return `${(Math.max(0, ...numbers) + 1).toString(36).padStart(digits, '0')}${tag}`
}
