import type { Changes } from './store.ts'

/** Whether a call wants more than a touch. */
export function isChange(changes: Changes): boolean {
  return isOther(changes) || changes.leave !== undefined
}

/** Whether it wants what a session that is leaving no longer takes. */
export function isOther({ data, update, rotate }: Changes): boolean {
  return data !== undefined || update !== undefined || rotate !== undefined
}
