import type { StoredSession } from '@sojourn/core'
import { usageFailure } from '../failure.ts'
import { fieldText } from './fields.ts'
import type { Data } from './open-sessions.ts'

/** Decides whether a session is listed. */
export type Where = (session: StoredSession<Data>) => boolean

const shape = /^([\w.-]+?)(=|!=|~)(.*)$/s

/**
 * Parses `--where FIELD=VALUE`, `FIELD!=VALUE`, or `FIELD~VALUE` for a text that contains the value, in whichever case. A session
 * without the field has no value: it passes `!=` only.
 * @throws Failure with the status `usage`.
 */
export function parseWhere(text: string): Where {
  const [, path, operator, wanted = ''] = shape.exec(text) ?? []
  if (path === undefined)
    throw usageFailure(
      '--where has no condition.',
      'Write FIELD=VALUE, FIELD!=VALUE or FIELD~PART, such as --where client.os=Linux.',
    )
  const read = fieldText(path)
  return (session) => {
    const value = read(session)
    if (operator === '!=') return value !== wanted
    if (operator === '=') return value === wanted
    return value?.toLowerCase().includes(wanted.toLowerCase()) ?? false
  }
}

/** Returns a condition that holds if all do. */
export function every(conditions: readonly Where[]): Where {
  return (session) => conditions.every((holds) => holds(session))
}
