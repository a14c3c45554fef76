import type { ForeignCookies } from '@sojourn/core/store'
import type { ForeignSession, SessionSource, UnreadableRecord } from '@sojourn/migrate'
import { ErrorReply } from 'redis'
import type { Records } from './records.ts'
import type { SessionCheck } from './session-check.ts'

/** Returns the session of a key in a store. */
export type FindSession = (key: string) => Promise<ForeignSession | UnreadableRecord | undefined>

/** Returns the `find` of a source, for which a key that holds something else than a text is no session. */
export function sessionFinder(source: SessionSource, signal: AbortSignal): FindSession {
  return async (key) => {
    try {
      return await source.find?.(key, { at: Date.now(), signal })
    } catch (error) {
      if (error instanceof ErrorReply && error.message.startsWith('WRONGTYPE'))
        return { unreadable: 'The key holds something else than a text' }
      throw error
    }
  }
}

/** Looks at the records under a prefix, at most `limit` of them. Returns true if these are all. */
export async function checkRecords(
  { keys }: Records,
  {
    check,
    find,
    prefix,
    limit,
  }: { check: SessionCheck; find: FindSession; prefix: string; limit: number },
  onProgress: (done: number) => void,
): Promise<boolean> {
  let left = limit
  for await (const page of keys(prefix)) {
    const next = page.slice(0, left).map((key) => key.slice(prefix.length))
    const found = await Promise.all(next.map(find))
    for (const [at, key] of next.entries()) check.add(key, found[at])
    left -= next.length
    onProgress(limit - left)
    if (left === 0) return false
  }
  return true
}

/** Looks at cookies, and at the session of each that is genuine. */
export async function checkCookies(
  cookies: readonly ForeignCookies[],
  { check, find, source }: { check: SessionCheck; find: FindSession; source: SessionSource },
  onProgress: (done: number) => void,
): Promise<void> {
  for (const [at, each] of cookies.entries()) {
    const [cookie, ...others] = await source.verify(each, Date.now())
    if (each.size === 0) check.refuse(`There is no cookie named ${source.cookieNames[0]}.`)
    else if (!cookie)
      check.refuse('The cookie is not genuine: no secret has signed it, or it has expired.')
    else if (others.some(({ key }) => key !== cookie.key))
      check.refuse('The cookies name several sessions.')
    else check.add(cookie.key, cookie.session ?? (await find(cookie.key)))
    onProgress(at + 1)
  }
}
