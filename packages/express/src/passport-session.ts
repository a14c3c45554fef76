import { type Session, SessionUsageError } from '@sojourn/core'
import { checkCalled, mountedSession } from '@sojourn/core/binding'
import { checkOptions } from '@sojourn/core/store'
import type { RequestHandler } from 'express'

/** Options of `passportSession`. */
export interface PassportOptions {
  /** The name of the session on the request; Passport itself only uses `session`. @default 'session' */
  readonly as?: string
  /**
   * Returns the user id for `session.login`, given the value that `passport.serializeUser` produced.
   * @default that value as a string, if it is a string or number
   */
  readonly userId?: (serialized: unknown) => string
}

const known = { as: true, userId: true } as const

/** What Passport keeps in a session. */
interface PassportData {
  passport?: { user?: unknown } | undefined
}

type Done = (error?: unknown) => void

/**
 * Returns middleware that makes sessions usable by Passport: it adds `passport`, `regenerate(cb)`, `save(cb)` and
 * `destroy(cb)`. Mount it between `sessions(manager)` and `passport.session()`. `req.login` then calls
 * `session.login`, so that id and token change and the user's sessions can be listed and revoked; `req.logout` calls
 * `session.destroy`. The serialized user is kept in `session.data.passport`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an unknown option.
 *
 * @example
 * ```ts
 * import { passportSession, sessions } from '@sojourn/express'
 * import passport from 'passport'
 *
 * app.use(sessions(manager))
 * app.use(passportSession())
 * app.use(passport.session())
 * ```
 */
export function passportSession(options: PassportOptions = {}): RequestHandler {
  checkCalled(options, 'passportSession', 'app.use(passportSession())')
  const { as = 'session', userId = toUserId } = checkOptions(options, known, 'passportSession()')
  return (request, _response, next) => {
    const session: Session<PassportData> = mountedSession(Reflect.get(request, as), as)
    if (!Object.hasOwn(session, 'regenerate')) addPassportMethods(session, userId)
    next()
  }
}

/**
 * Adds the properties and methods that Passport needs. Passport logs a user in by calling `regenerate`, setting
 * `passport`, and calling `save`. Until `save`, the value set is held in `pendingLogin`: a login that fails must leave
 * the visitor anonymous and the session's data unchanged.
 */
function addPassportMethods(
  session: Session<PassportData>,
  userId: (serialized: unknown) => string,
): void {
  const destroy = session.destroy.bind(session)
  let pendingLogin: { passport: PassportData['passport']; carry: 'all' | [] } | undefined

  const regenerate = async () => {
    const isLogout = session.userId !== undefined && session.data.passport?.user === undefined
    if (isLogout) return destroy()
    pendingLogin = { passport: undefined, carry: [] }
  }
  const save = async () => {
    const login = pendingLogin
    pendingLogin = undefined
    if (login) {
      await session.login(userId(login.passport?.user), { carry: login.carry })
      session.data.passport = login.passport
    }
    if (!session.ended) await session.update(() => undefined)
  }

  Object.defineProperties(session, {
    passport: {
      get() {
        if (pendingLogin) return pendingLogin.passport
        return session.userId === undefined ? undefined : session.data.passport
      },
      set(passport: PassportData['passport']) {
        if (pendingLogin) pendingLogin.passport = passport
        else session.data.passport = passport
      },
    },
    regenerate: { value: (done: Done) => callBack(regenerate(), done) },
    save: { value: (done: Done) => callBack(save(), done) },
    destroy: { value: (done?: Done) => (done ? callBack(destroy(), done) : destroy()) },
    // With `keepSessionInfo`, Passport copies the enumerable properties of the old session to the new one. Here both
    // are the same object, so Passport calls this setter, and the login then keeps the data.
    isKept: {
      enumerable: true,
      get: () => pendingLogin?.carry === 'all',
      set() {
        if (pendingLogin) pendingLogin.carry = 'all'
      },
    },
  })
}

/**
 * Calls `done` outside of the promise chain, so that an error that it throws is an uncaught exception, not a rejection.
 */
function callBack(operation: Promise<void>, done: Done): void {
  operation.then(
    () => nextTick(done),
    (error: unknown) => nextTick(done, error),
  )
}

/** Taken when this module is loaded: the fake timers of a test, installed later, would never run it. */
const { nextTick } = process

function toUserId(serialized: unknown): string {
  if (typeof serialized === 'string' || typeof serialized === 'number') return String(serialized)
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `passport.serializeUser answered a ${typeof serialized}, which is no user's id. ` +
      'Answer a string or number, or tell passportSession how: passportSession({ userId: (user) => user.id }).',
  )
}
