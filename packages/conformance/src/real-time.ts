let passed = 0
let isShifted = false

/**
 * Lets real time pass in this process, as `performance.now()` tells it, for what a manager's clock does not reach: how long
 * a server trusts what it has read. It only ever goes forward, for the rest of the process.
 */
export function passRealTime(ms: number): void {
  passed += ms
  if (isShifted) return
  isShifted = true
  const now = performance.now.bind(performance)
  performance.now = () => now() + passed
}
