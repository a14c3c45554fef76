/** A method by which the user has proved their identity, and when they did so last. */
export interface Factor {
  /** The application's name of the method, such as 'password', 'totp' or 'passkey'. At most 64 characters. */
  readonly method: string
  /** Epoch ms. */
  readonly at: number
}

/** How many methods a session keeps. */
export const maxFactors = 16

/**
 * Returns the factors of both lists, oldest first: of each method its newest time, and of more than 16 methods the 16
 * that were proved last. `undefined` counts as an empty list.
 */
export function mergeFactors(
  before: readonly Factor[] | undefined,
  added: readonly Factor[],
): readonly Factor[] {
  const times = new Map<string, number>()
  for (const { method, at } of [...(before ?? []), ...added])
    times.set(method, Math.max(at, times.get(method) ?? at))
  return [...times]
    .map(([method, at]) => ({ method, at }))
    .sort((a, b) => a.at - b.at)
    .slice(-maxFactors)
}
