let passed = 0
let isShifted = false

/**
 * Advances `performance.now()` in this process by `ms`. The epochs of a store are cached by that time, not by the manager's
 * clock. It cannot be set back.
 */
export function passRealTime(ms: number): void {
  passed += ms
  if (isShifted) return
  isShifted = true
  const now = performance.now.bind(performance)
  performance.now = () => now() + passed
}
