import { type Session, SessionUsageError } from '@sojourn/core'
import { mountedSession } from '@sojourn/core/binding'
import type { RequestHandler } from 'express'

/** How Passport's users become ours. */
export interface PassportOptions {
  /** The name of the session on the request; Passport itself only knows `session`. @default 'session' */
  readonly as?: string
  /** Our id of a user, given what `passport.serializeUser` made of them. @default a string or number, as text */
  readonly userId?: (serialized: unknown) => string
}

/** What Passport keeps in a session. */
interface PassportData {
  passport?: { user?: unknown } | undefined
}

type Done = (error?: unknown) => void

/**
 * Gives sessions what Passport asks of them: `passport`, `regenerate(cb)`, `save(cb)` and `destroy(cb)`. To be mounted
 * between `sessions(manager)` and `passport.session()`. `req.login` is then a `session.login`, so that id and token change
 * and the user's sessions can be listed and revoked; `req.logout` is a `session.destroy`. What Passport serialized is
 * kept as `session.data.passport`.
 */
export function passportSession({
  as = 'session',
  userId = userIdOf,
}: PassportOptions = {}): RequestHandler {
  return (request, _response, next) => {
    const session: Session<PassportData> = mountedSession(Reflect.get(request, as), as)
    if (!Object.hasOwn(session, 'regenerate')) fit(session, userId)
    next()
  }
}

/**
 * Lays over a session what Passport calls. While it signs a user in, what it keeps stays here: a login that fails must
 * leave nobody signed in, and the visitor's data as it was.
 */
function fit(session: Session<PassportData>, userId: (serialized: unknown) => string): void {
  const destroy = session.destroy.bind(session)
  let login: { passport: PassportData['passport']; carry: 'all' | [] } | undefined

  const regenerate = async () => {
    const isLogout = session.userId !== undefined && session.data.passport?.user === undefined
    if (isLogout) return destroy()
    login = { passport: undefined, carry: [] }
  }
  const save = async () => {
    const begun = login
    login = undefined
    if (begun) {
      await session.login(userId(begun.passport?.user), { carry: begun.carry })
      session.data.passport = begun.passport
    }
    if (!session.ended) await session.update(() => undefined)
  }

  Object.defineProperties(session, {
    passport: {
      get() {
        if (login) return login.passport
        return session.userId === undefined ? undefined : session.data.passport
      },
      set(passport: PassportData['passport']) {
        if (login) login.passport = passport
        else session.data.passport = passport
      },
    },
    regenerate: { value: (done: Done) => settle(regenerate(), done) },
    save: { value: (done: Done) => settle(save(), done) },
    destroy: { value: (done?: Done) => (done ? settle(destroy(), done) : destroy()) },
    // With `keepSessionInfo`, Passport copies each enumerable property from the session before to the one after, which
    // here are the same object; so to be set means to be kept.
    isKept: {
      enumerable: true,
      get: () => login?.carry === 'all',
      set() {
        if (login) login.carry = 'all'
      },
    },
  })
}

/** Calls back outside of the promise: what a callback throws is the application's own. */
function settle(act: Promise<void>, done: Done): void {
  act.then(
    () => process.nextTick(done),
    (error: unknown) => process.nextTick(done, error),
  )
}

function userIdOf(serialized: unknown): string {
  if (typeof serialized === 'string' || typeof serialized === 'number') return String(serialized)
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `passport.serializeUser answered a ${typeof serialized}, which is no user's id. ` +
      'Answer a string or number, or tell passportSession how: passportSession({ userId: (user) => user.id }).',
  )
}
