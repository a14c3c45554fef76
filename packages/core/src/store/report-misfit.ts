import type { Misfit } from '../data/misfit.ts'
import type { Emit } from '../events.ts'
import type { SessionRecord } from '../record/record.ts'

/** Returns the function that reports data of a session which does not fit, by the event `invalidData`. */
export function misfitReporter(
  emit: Emit,
  { id, userId }: Pick<SessionRecord, 'id' | 'userId'>,
): (misfit: Misfit, version: number) => void {
  return ({ why, issues, cause }, version) => {
    const paths = [...new Set(issues.map(({ path }) => path))]
    emit('invalidData', { id, userId, why, version, paths, cause })
  }
}
