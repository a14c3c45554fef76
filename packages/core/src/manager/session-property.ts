import type { Session } from '../session/session.ts'
import { check } from '../util/check.ts'

/** A session as a property of a request or a context. The application can read it, and not replace it. */
export interface SessionProperty<Target extends object> {
  /**
   * Defines the property. Does nothing if the target has this session under the name already.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` if the target has something else under the name: another session
   * library, or the session of another manager.
   */
  define(target: Target): void
  /**
   * Call it before the commit: deleting or redefining a property cannot be refused when it happens.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` if the property is no longer there.
   */
  check(target: Target): void
}

/**
 * Creates the property `as` of all requests or contexts of a binding; `sessionOf` returns the session of one. Other
 * libraries log out by `session = null`, so an assignment would look like a logout, and the user would stay logged in.
 * It throws the SessionUsageError `ERR_CONFIG_INVALID`, whose message says what to write.
 *
 * @example
 * ```ts
 * import { createSessionProperty } from '@sojourn/core/binding'
 *
 * const property = createSessionProperty('session', (context: Context) => context.loaded)
 *
 * property.define(context) // before the handler: context.session
 * property.check(context) // after the handler, before the commit
 * ```
 */
export function createSessionProperty<Target extends object>(
  as: string,
  sessionOf: (target: Target) => Session<object> | undefined,
): SessionProperty<Target> {
  const descriptor: PropertyDescriptor & ThisType<Target> = {
    configurable: true,
    enumerable: true,
    get() {
      return sessionOf(this)
    },
    set(value: unknown) {
      if (value !== sessionOf(this)) refuseReplacement(as, value)
    },
  }
  return {
    define(target) {
      const session = sessionOf(target)
      const found: unknown = Reflect.get(target, as)
      if (found !== undefined && found !== null && found !== session) refuseTaken(as)
      if (found !== session || !Object.hasOwn(target, as))
        Object.defineProperty(target, as, descriptor)
    },
    check(target) {
      if (Object.hasOwn(target, as) && Reflect.get(target, as) === sessionOf(target)) return
      check(
        false, // not the condition itself: the texts would be made for each commit
        `${as} was deleted or redefined, which ends no session: the user would stay logged in`,
        `To log out, write: await ${as}.destroy(). If another session library has done it, mount only one of the two, or this one under another name: sessions(manager, { as })`,
      )
    },
  }
}

/**
 * Throws for a value that is assigned in place of a session. For bindings whose framework keeps the session elsewhere
 * than in a property.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function refuseReplacement(as: string, value: unknown): void {
  const kind = value === null || value === undefined ? String(value) : 'something else'
  check(
    false,
    `${as} was set to ${kind}, which ends no session: the user would stay logged in`,
    `To log out, write: await ${as}.destroy(). To replace the data: ${as}.data = { … }`,
  )
}

/**
 * Throws because something else has the name of a session on a request.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function refuseTaken(as: string): void {
  check(
    false,
    `The request has something else under the name ${as} than a session of this manager: that of another manager or library, such as express-session, cookie-session, koa-session or @fastify/session`,
    `Mount only one of the two, or this one under another name: sessions(manager, { as: 'userSession' })`,
  )
}
