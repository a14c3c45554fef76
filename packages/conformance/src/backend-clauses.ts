/** Clause 3: how long a tombstone stands, in ms. Written here once more, because the suite takes only types from core. */
export const tombstoneMs = 60_000

/** Clause 6: the group of an id is what stands before its first dot. */
export function groupOf(id: string): string {
  return id.split('.', 1).join('')
}
