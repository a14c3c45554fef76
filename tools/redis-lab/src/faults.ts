import type { Connect } from './connect.ts'
import { type PasswordMissing, proveAccessFaults } from './faults/access.ts'
import { type Failover, proveFailovers } from './faults/failover.ts'
import { proveMemoryFaults } from './faults/memory.ts'
import { proveServerFaults } from './faults/server.ts'
import { proveWireFaults } from './faults/wire.ts'

/** Registers a test for each fault of Redis, on real servers that the test breaks. */
export function proveFaults(
  connect: Connect,
  options: { readonly failovers: readonly Failover[]; readonly passwordMissing: PasswordMissing },
): void {
  proveAccessFaults(connect, options.passwordMissing)
  proveServerFaults(connect)
  proveWireFaults(connect)
  proveMemoryFaults(connect)
  proveFailovers(connect, options.failovers)
}
