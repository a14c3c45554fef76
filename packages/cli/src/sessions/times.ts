const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** Returns a duration in ms as people say it: `3 min`, `2 d`. */
export function span(ms: number): string {
  const [unit, size] = units.find(([, each]) => Math.abs(ms) >= each) ?? ['s', 1_000]
  return `${Math.floor(ms / size)} ${unit}`
}

/** Returns a time, epoch ms, as UTC to the second. */
function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** Returns a time with how long ago it was, or in how long it is. Both in epoch ms. */
export function timeAndSpan(at: number, now: number): string {
  return at <= now ? `${utc(at)}, ${span(now - at)} ago` : `${utc(at)}, in ${span(at - now)}`
}
