import { setTimeout as wait } from 'node:timers/promises'

/** Polls every 20 ms until `holds` returns true. Rejects after `timeoutMs` with a message that names `what`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const end = performance.now() + timeoutMs
  let cause: unknown
  while (performance.now() < end) {
    try {
      if (await holds()) return
    } catch (error) {
      cause = error
    }
    await wait(20)
  }
  throw new Error(`Waited ${timeoutMs} ms for ${what}, in vain`, { cause })
}
