import type { RequestSessions } from '@sojourn/core/binding'

/** The same symbol for every copy of this package in a process, so that they share the sessions of a request. */
const key: unique symbol = Symbol.for('sojourn.hono.request/1')

/**
 * What this package knows of a request. It is a property of the context: a `WeakMap` by contexts, with an entry for each
 * request, would cost more in collection than in look-ups.
 */
interface RequestState {
  /** The sessions, once `sessions` has run. */
  sessions: RequestSessions | undefined
  /** The copy that is in place of the handler's response. */
  copy: Response | undefined
  /** The headers announced for `Vary`: of several managers each announces its own. */
  announced: readonly string[]
}

/** Returns the state of a request, made when it is first asked for. */
export function stateOf(c: object & { [key]?: RequestState }): RequestState {
  c[key] ??= { sessions: undefined, copy: undefined, announced: [] }
  return c[key]
}
