/** Clause 3: how long a tombstone stands, in ms. Repeated here so that the suite does not depend on core's constant. */
export const tombstoneMs = 60_000

/** Clause 6: returns the group of an id, the part before its first dot. */
export function groupOf(id: string): string {
  return id.split('.', 1).join('')
}
