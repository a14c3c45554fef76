import { check } from '@sojourn/core/store'
import type { MeasuredManager } from './measure.ts'

/** The managers that are measured, by where their measurements go. */
const measured = new WeakMap<object, WeakSet<MeasuredManager>>()

/** How a manager is measured. */
interface Measuring {
  /** Where the measurements go. Several managers may share it. */
  readonly target: object
  /** What an application has called. */
  readonly call: string
  /** Begins, and returns the functions that end it. */
  begin(): readonly (() => void)[]
}

/**
 * Begins to measure a manager. Returns a function that ends it.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the manager is measured there already: everything would be counted twice.
 */
export function measureOnce(manager: MeasuredManager, { target, call, begin }: Measuring) {
  const managers = measured.get(target) ?? new WeakSet()
  check(
    !managers.has(manager),
    `${call} was called twice for one manager, which would count everything twice`,
    'Call it once, where the manager is created, or stop the first before',
  )
  const stops = [...begin(), () => managers.delete(manager)]
  measured.set(target, managers.add(manager))
  return (): void => {
    for (const stop of stops.splice(0)) stop()
  }
}
