import type { SessionId } from '@sojourn/core'
import { type BackendCall, type IdentifiedRow, TextSet } from '@sojourn/core/store'
import { copyOf } from './decisions.ts'
import type { Fleet } from './fleet.ts'
import type { Instance } from './instance.ts'
import { sessionAt, sessionKey } from './keys.ts'
import type { Registers } from './registers.ts'
import { liveIn } from './state.ts'

const batchSize = 64

/**
 * Yields every live row once. Every row that was acknowledged is on a quorum, so it is found on at least one of any
 * `instances − quorum + 1`; each id that these hold is then read as `find` reads it.
 */
export async function* scanAll(
  fleet: Fleet,
  registers: Registers,
  call: BackendCall,
): AsyncGenerator<IdentifiedRow> {
  const seen = new TextSet()
  const errors: unknown[] = []
  let missing = fleet.instances.length - fleet.quorum + 1
  for (const instance of readyFirst(fleet)) {
    if (missing === 0) return
    try {
      if (!(await fleet.membership.counts(instance, call.at))) continue
      yield* rowsOf(instance)
      if (await fleet.membership.countsStill(instance, call.at)) missing--
    } catch (error) {
      call.signal.throwIfAborted()
      errors.push(error)
    }
  }
  if (missing > 0) throw fleet.unavailable('scan', errors)

  async function* rowsOf(instance: Instance): AsyncGenerator<IdentifiedRow> {
    let batch: SessionId[] = []
    for await (const { id: key } of instance.backend.scan(call)) {
      const id = sessionAt(key)
      if (id === undefined || !seen.add(id)) continue
      batch.push(id)
      if (batch.length < batchSize) continue
      yield* await liveRows(batch)
      batch = []
    }
    yield* await liveRows(batch)
  }

  /** Returns the live rows of these ids. */
  async function liveRows(ids: readonly SessionId[]): Promise<readonly IdentifiedRow[]> {
    call.signal.throwIfAborted()
    const states = await Promise.all(ids.map((id) => registers.read(sessionKey(id), call)))
    return ids.flatMap((id, index) => {
      const live = liveIn(states[index], call.at)
      return live ? [{ id, ...copyOf(live.row) }] : []
    })
  }
}

function readyFirst(fleet: Fleet): readonly Instance[] {
  const rank = (instance: Instance) => (fleet.isReady(instance) ? 0 : 1)
  return fleet.instances.toSorted((one, other) => rank(one) - rank(other))
}
