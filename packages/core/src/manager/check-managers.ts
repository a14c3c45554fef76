import { responseHeaderOf } from '../http/transports.ts'
import { check } from '../util/check.ts'
import type { SessionManager } from './manager.ts'

/** A manager that is mounted. */
export interface NamedManager {
  readonly manager: Pick<SessionManager, 'cookieNames' | 'tokenIn'>
  /** The name of its session on the request; absent if the binding gives it none. */
  readonly as?: string | undefined
}

/**
 * Checks that the managers of one request do not use one name, cookie or header: a response has room for one token under
 * each name, so one session would replace the other. Managers that never meet in a request may share a cookie name, for
 * example with the option `path`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`; the message names both sessions and what they share.
 */
export function checkManagers(managers: readonly NamedManager[]): void {
  const owners = new Map<string, NamedManager>()
  for (const mounted of managers)
    for (const [place, remedy] of placesOf(mounted)) {
      const owner = owners.get(place) ?? mounted
      owners.set(place, owner)
      check(
        owner.manager === mounted.manager,
        `Two session managers${namesOf(owner, mounted)} use the ${place} in one request, so the session of one would replace that of the other`,
        `${remedy}, or mount the same manager twice`,
      )
    }
}

/** Returns what a manager takes for itself, and how to give it another one. */
function* placesOf({ as, manager: { tokenIn, cookieNames } }: NamedManager) {
  if (as !== undefined)
    yield [
      `name ${as}`,
      "Give one another name: sessions(manager, { as: 'adminSession' })",
    ] as const
  for (const each of tokenIn)
    if (each !== 'cookie')
      yield [`header ${responseHeaderOf(each)}`, 'Give one another header in tokenIn'] as const
    else
      for (const name of cookieNames)
        yield [`cookie ${name}`, 'Give one a cookieName of its own'] as const
}

function namesOf(one: NamedManager, other: NamedManager): string {
  if (one.as === undefined || other.as === undefined || one.as === other.as) return ''
  return `, mounted as ${one.as} and ${other.as},`
}
