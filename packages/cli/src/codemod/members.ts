import type { ElementAccessExpression, Node, PropertyAccessExpression } from 'ts-morph'

/** A member of a session: `req.session.cart`, `req.session['cart']`, `req.session[key]` with the name `''`. */
export interface Member {
  readonly session: Node
  readonly access: PropertyAccessExpression | ElementAccessExpression
  readonly name: string
}

/** What a session of express-session has besides its data. */
const oldMembers = [
  'id',
  'req',
  'cookie',
  'save',
  'touch',
  'reload',
  'regenerate',
  'destroy',
  'resetMaxAge',
]

/** The methods of a session of Sojourn. */
const methods: ReadonlySet<string> = new Set([
  'login',
  'update',
  'rotate',
  'destroyAll',
  'addFactor',
  'actAs',
  'stopActing',
  'requireRecent',
  'requireUser',
  'requireOwn',
  'csrfToken',
  'verifyCsrfToken',
])

/** What a session of Sojourn tells, under names that data may have too. */
const getters: ReadonlySet<string> = new Set([
  'isNew',
  'info',
  'ended',
  'factors',
  'actorId',
  'isReadOnly',
])

/** Returns true for a name that is no data: of a session of either library. */
export function isOwnMember(name: string): boolean {
  return oldMembers.includes(name) || name === 'data' || name === 'userId' || isGetter(name)
}

/** Returns true for a method that only Sojourn's sessions have. */
export function isMethod(name: string): boolean {
  return methods.has(name)
}

/** Returns true for a name of which one cannot tell whether it is data. */
export function isGetter(name: string): boolean {
  return getters.has(name)
}
