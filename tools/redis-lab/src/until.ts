import { setTimeout as wait } from 'node:timers/promises'

/** Asks again and again until the answer is true, or rejects after `ms` with what it waited for. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  ms = 60_000,
): Promise<void> {
  const end = performance.now() + ms
  let cause: unknown
  while (performance.now() < end) {
    try {
      if (await isSo()) return
    } catch (error) {
      cause = error
    }
    await wait(20)
  }
  throw new Error(`Waited ${ms} ms for ${what}, in vain`, { cause })
}
