import type { Changes } from './store.ts'

/** Returns true if a save does more than touch the session. */
export function isChange(changes: Changes): boolean {
  return isChangeOtherThanLeave(changes) || changes.leave !== undefined
}

/** Returns true if a save does what is refused once the session is leaving for another store. */
export function isChangeOtherThanLeave({ data, update, rotate, deviceBinding }: Changes): boolean {
  return (
    data !== undefined ||
    update !== undefined ||
    rotate !== undefined ||
    (deviceBinding !== undefined && !('confirm' in deviceBinding))
  )
}
