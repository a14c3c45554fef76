import type { Row } from '@sojourn/core/store'
import type { Fleet } from './fleet.ts'
import type { Instance } from './instance.ts'
import { leaseKey } from './keys.ts'

const leaseMs = 30_000

/**
 * Returns the lease by which one process at a time repairs an instance: a row in that instance. Two that repair the same one do no
 * harm. But an instance that loses the row has lost the rest too, so the lease also shows that it was not emptied meanwhile. A
 * process that stops loses it after 30 s.
 */
export function createLease(instance: Instance, fleet: Fleet) {
  const { backend } = instance
  let version = ''

  return { instance, take, keep, isHeld }

  /** Returns true if no other process holds the lease. */
  async function take(): Promise<boolean> {
    const row = makeRow(leaseMs)
    const { inserted } = await instance.run('insert', fleet.time(), async (call) =>
      backend.insert(leaseKey, row, Object.assign(call, { isSolitary: true })),
    )
    return inserted
  }

  /** Renews the lease until the function that it returns is called, which gives it up. */
  function keep(): () => Promise<void> {
    let cancel = fleet.timing.after(leaseMs / 3, again)
    function again(): void {
      void write(leaseMs).catch(() => undefined) // then it runs out
      cancel = fleet.timing.after(leaseMs / 3, again)
    }
    return async () => {
      cancel()
      await write(0).catch(() => undefined)
    }
  }

  /** Returns true if the instance still has the lease. It has not if it was emptied. */
  async function isHeld(): Promise<boolean> {
    const found = await instance.run('find', fleet.time(), async (call) =>
      backend.find(leaseKey, call),
    )
    return found !== null && 'version' in found && found.version === version
  }

  async function write(lifetimeMs: number): Promise<void> {
    const expected = version
    const row = makeRow(lifetimeMs)
    await instance.run('replace', fleet.time(), async (call) =>
      backend.replace(leaseKey, row, Object.assign(call, { expected })),
    )
  }

  function makeRow(lifetimeMs: number): Row {
    version = fleet.timing.tag()
    const at = fleet.time()
    return {
      version,
      priorVersions: [],
      touchedAt: at,
      expiresAt: at + lifetimeMs,
      value: new Uint8Array(0),
    }
  }
}

/** What `createLease` returns. */
export type Lease = ReturnType<typeof createLease>
