import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/*
 * Servers have the last core to themselves, and what drives them has the others: on two cores, a server that changes cores
 * with its client costs up to twice as much, from one stretch to the next. Only where there is `taskset` (Linux).
 */

const lastCore = availableParallelism() - 1
const canPin = lastCore > 0 && spawnSync('taskset', ['--version']).status === 0

/** Keeps this process, and what it starts from now on, off the servers' core. */
export function leaveServersTheirCore(): void {
  if (canPin) spawnSync('taskset', ['--cpu-list', '--pid', `0-${lastCore - 1}`, `${process.pid}`])
}

/** Returns how `fork` starts a server with these flags of node: on its own core. */
export function onServersCore(flags: readonly string[]): {
  readonly execPath: string
  readonly execArgv: string[]
} {
  if (!canPin) return { execPath: process.execPath, execArgv: [...flags] }
  return {
    execPath: 'taskset',
    execArgv: ['--cpu-list', `${lastCore}`, process.execPath, ...flags],
  }
}
