import { responseHeaderOf } from '../http/transports.ts'
import { check } from '../util/check.ts'
import type { SessionManager } from './manager.ts'

/** A manager that is mounted. */
export interface NamedManager {
  readonly manager: Pick<SessionManager, 'cookieNames' | 'tokenIn'> &
    Partial<Pick<SessionManager, 'devicePaths'>>
  /** The name of its session on the request; absent if the binding gives it none. */
  readonly as?: string | undefined
}

/**
 * Checks that the managers of one request do not use one name, cookie or header: a response has room for one token under
 * each name, so one session would replace the other. Nor one path of `deviceBound`: the first manager would answer the browser for
 * both, and refuse the keys of the other. Managers that never meet in a request may share a cookie name, for
 * example with the option `path`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`; the message names both sessions and what they share.
 */
export function checkManagers(managers: readonly NamedManager[]): void {
  const owners = new Map<string, NamedManager>()
  for (const mounted of managers)
    for (const { place, remedy, harm } of placesOf(mounted)) {
      const owner = owners.get(place) ?? mounted
      owners.set(place, owner)
      check(
        owner.manager === mounted.manager,
        `Two session managers${namesOf(owner, mounted)} use the ${place} in one request, so ${harm}`,
        `${remedy}, or mount the same manager twice`,
      )
    }
}

/** What a manager takes for itself. */
interface Place {
  readonly place: string
  /** How to give it another one. */
  readonly remedy: string
  /** What sharing it would do. */
  readonly harm: string
}

const harm = 'the session of one would replace that of the other'

function* placesOf({
  as,
  manager: { tokenIn, cookieNames, devicePaths = [] },
}: NamedManager): Iterable<Place> {
  if (as !== undefined) {
    const remedy = "Give one another name: sessions(manager, { as: 'adminSession' })"
    yield { place: `name ${as}`, remedy, harm }
  }
  for (const each of tokenIn)
    if (each !== 'cookie') {
      const remedy = 'Give one another header in tokenIn'
      yield { place: `header ${responseHeaderOf(each)}`, remedy, harm }
    } else
      for (const name of cookieNames)
        yield { place: `cookie ${name}`, remedy: 'Give one a cookieName of its own', harm }
  for (const path of devicePaths)
    yield {
      place: `path ${path}`,
      remedy: "Give one a path of its own: deviceBound({ path: '/admin/session/device' })",
      harm: 'one would answer browsers for the other and refuse their keys',
    }
}

function namesOf(one: NamedManager, other: NamedManager): string {
  if (one.as === undefined || other.as === undefined || one.as === other.as) return ''
  return `, mounted as ${one.as} and ${other.as},`
}
