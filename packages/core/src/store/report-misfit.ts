import type { Misfit } from '../data/misfit.ts'
import type { Emit } from '../events.ts'
import { namesOf, type SessionRecord } from '../record/record.ts'

/** Returns the function that reports data of a session which does not fit, by the event `invalidData`. */
export function misfitReporter(
  emit: Emit,
  record: SessionRecord,
): (misfit: Misfit, version: number) => void {
  return ({ why, issues, cause }, version) => {
    const paths = [...new Set(issues.map(({ path }) => path))]
    emit('invalidData', { ...namesOf(record), why, version, paths, cause })
  }
}
