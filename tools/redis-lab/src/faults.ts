import type { Connect } from './connect.ts'
import { type PasswordMissing, proveAccessFaults } from './faults/access.ts'
import { type Failover, proveFailovers } from './faults/failover.ts'
import { type IdleClient, proveHalfOpen } from './faults/half-open.ts'
import { proveMemoryFaults } from './faults/memory.ts'
import { proveServerFaults } from './faults/server.ts'
import { proveWireFaults } from './faults/wire.ts'

/** Registers a test for each fault of Redis, on real servers that the test breaks. */
export function proveFaults(
  connect: Connect,
  options: {
    readonly failovers: readonly Failover[]
    readonly passwordMissing: PasswordMissing
    readonly idleClient: IdleClient
  },
): void {
  proveAccessFaults(connect, options.passwordMissing)
  proveServerFaults(connect)
  proveWireFaults(connect)
  proveHalfOpen(connect, options.idleClient)
  proveMemoryFaults(connect)
  proveFailovers(connect, options.failovers)
}
