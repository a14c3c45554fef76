const waiting: (() => void)[] = []

/** Resolves when this request is let go. */
export function hold(): Promise<void> {
  return new Promise((resolve) => waiting.push(resolve))
}

/** The handlers by which a client sees who waits, and lets all go. */
export const held = {
  waiting: () => waiting.length,
  letGo() {
    for (const go of waiting.splice(0)) go()
    return 'gone'
  },
}
