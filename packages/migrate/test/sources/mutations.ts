/** Returns a stream of pseudo-random integers below a bound, the same for each seed (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const characters =
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_.*~%:"\\{}[] \u0000é'

/** Yields mutations of texts, each of which differs from all of them: characters changed, inserted, cut, repeated, joined. */
export function* mutationsOf(
  texts: readonly string[],
  count: number,
  seed = 1,
): Generator<string, void> {
  const next = random(seed)
  for (let made = 0; made < count; ) {
    let text = texts[next(texts.length)] ?? ''
    for (let steps = 1 + next(3); steps > 0; steps--) text = mutate(text, texts, next)
    if (texts.includes(text)) continue
    made++
    yield text
  }
}

function mutate(text: string, texts: readonly string[], next: (below: number) => number): string {
  const at = next(text.length + 1)
  const character = characters[next(characters.length)] ?? ''
  const mutants = [
    () => text.slice(0, at) + character + text.slice(at + 1),
    () => text.slice(0, at) + character + text.slice(at),
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.slice(0, at),
    () => text.slice(at),
    () => text.slice(0, at) + (texts[next(texts.length)] ?? '').slice(at),
    () => text + text.slice(at),
    () => text.slice(0, at) + text.slice(at).toUpperCase(),
    () => encodeURIComponent(text),
    () => character.repeat(next(9000)),
  ]
  return (mutants[next(mutants.length)] ?? mutants[0])?.() ?? ''
}
