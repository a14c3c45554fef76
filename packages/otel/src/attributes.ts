import type {
  BackendOperation,
  BindingRefusal,
  DiscardReason,
  EndReason,
  MisfitReason,
  SessionErrorCode,
  SessionEvents,
  TracedOperation,
} from '@sojourn/core'

/** The value of an attribute. */
export type Value = string | boolean

/** The attributes of one measurement, by name. */
export type Attributes = Readonly<Record<string, Value>>

/** An attribute of a metric. All values that it can have are known beforehand. */
export interface Attribute<Source> {
  readonly name: string
  readonly values: ReadonlySet<Value>
  /** Reads it; `undefined` if the source has none. A property, so that TypeScript compares `Source` strictly. */
  readonly read: (source: Source) => unknown
}

/** The value for all that is in no list, such as what a store of your own emits. OpenTelemetry has this name for it. */
export const other = '_OTHER'

/**
 * Returns the attributes of a measurement. A value that is in no list becomes `_OTHER`, so that nothing from a request, a
 * database or another version ever makes a new time series.
 */
export function attributesOf<Source>(
  attributes: readonly Attribute<Source>[],
  source: Source,
): Attributes {
  const found: Record<string, Value> = {}
  for (const { name, values, read } of attributes) {
    const value = read(source) as Value | undefined
    if (value !== undefined) found[name] = values.has(value) ? value : other
  }
  return found
}

/** Returns all attributes that a metric can have, but for `_OTHER` and those that may be missing. */
export function combinationsOf(attributes: readonly Attribute<never>[]): readonly Attributes[] {
  let rows: readonly Attributes[] = [{}]
  for (const { name, values } of attributes)
    rows = rows.flatMap((row) => [...values].map((value) => ({ ...row, [name]: value })))
  return rows
}

/** A closed list: TypeScript finds it incomplete when core has a new member. */
type ListOf<Member extends string> = Readonly<Record<Member, true>>

const valuesOf = (list: Readonly<Record<string, true>>) => new Set<Value>(Object.keys(list))
const booleans: ReadonlySet<Value> = new Set([true, false])

/** Whether a user is logged in. It takes the place of the user id, which no attribute ever has. */
export const loggedIn: Attribute<{ readonly userId: string | undefined }> = {
  name: 'sojourn.logged_in',
  values: booleans,
  read: ({ userId }) => userId !== undefined,
}

/** A field of an event that is true or false, such as `changed`. */
export const flag = <Name extends string>(
  name: Name,
): Attribute<Readonly<Record<Name, boolean>>> => ({
  name: `sojourn.${name}`,
  values: booleans,
  read: (event) => event[name],
})

/** A field of an event with a closed list of texts, such as `why`. */
const field =
  <Name extends string>(name: Name) =>
  <Member extends string>(list: ListOf<Member>): Attribute<Readonly<Record<Name, Member>>> => ({
    name: `sojourn.${name}`,
    values: valuesOf(list),
    read: (event) => event[name],
  })

export const by = field('by')({ commit: true, update: true })
export const what = field('what')({ token: true, changes: true })
export const rotationCause = field('why')({ cause: true, age: true })
export const stallCause = field('why')({ unconfirmed: true })
const misfits: ListOf<MisfitReason> = { schema: true, migration: true, newer: true }
export const misfit = field('why')(misfits)

const endings: ListOf<EndReason> = {
  login: true,
  logout: true,
  revoked: true,
  evicted: true,
  replayed: true,
  moved: true,
  mismatch: true,
}
export const endReason = field('reason')(endings)

const refusals: ListOf<BindingRefusal> = {
  missing: true,
  expired: true,
  forged: true,
  proof: true,
  challenge: true,
  key: true,
  identifier: true,
}
export const bindingRefusal = field('reason')(refusals)

const discards: ListOf<DiscardReason> = {
  excessive: true,
  malformed: true,
  forged: true,
  ambiguous: true,
  unknown: true,
  expired: true,
  stale: true,
  corrupt: true,
  foreign: true,
  mismatch: true,
  unbound: true,
  ended: true,
  superseded: true,
  unavailable: true,
  late: true,
  cookieless: true,
  insecure: true,
}
export const discardReason = field('why')(discards)

const superseded: ListOf<SessionEvents['superseded']['operation']> = {
  commit: true,
  update: true,
  login: true,
  addFactor: true,
  actAs: true,
  stopActing: true,
}
export const supersededOperation = field('operation')(superseded)

/** The calls of a database that are traced. */
export const backendOperations: ListOf<BackendOperation> = {
  find: true,
  insert: true,
  replace: true,
  touch: true,
  remove: true,
  list: true,
  removeGroup: true,
  ping: true,
  now: true,
}

/** The operations of a session that are traced. */
const sessionOperations: ListOf<Exclude<TracedOperation, BackendOperation>> = {
  load: true,
  read: true,
  commit: true,
  login: true,
  addFactor: true,
  actAs: true,
  stopActing: true,
  destroy: true,
  destroyAll: true,
  update: true,
}

/** How an operation went. */
export interface Operated {
  readonly operation: string
  /** What it was rejected with; `undefined` if it succeeded. */
  readonly error: unknown
}

const operation = (list: Readonly<Record<string, true>>): Attribute<Operated> => ({
  name: 'sojourn.operation',
  values: valuesOf(list),
  read: (operated) => operated.operation,
})

export const backendOperation = operation(backendOperations)
export const sessionOperation = operation(sessionOperations)
/** What the event `failed` names: also a step of a scan, the option `securityStamp`, and the end of what a login left over. */
export const failedOperation = operation({
  ...sessionOperations,
  ...backendOperations,
  scan: true,
  securityStamp: true,
  end: true,
})

const errorCodes: ListOf<SessionErrorCode> = {
  ERR_CONFIG_INVALID: true,
  ERR_SECRET_WEAK: true,
  ERR_SESSION_MISSING: true,
  ERR_SESSION_READ_ONLY: true,
  ERR_SESSION_LATE: true,
  ERR_SESSION_NOT_ENCODABLE: true,
  ERR_SESSION_TOO_LARGE: true,
  ERR_SESSION_DATA_INVALID: true,
  ERR_SESSION_DATA_NEWER: true,
  ERR_SESSION_CONFLICT: true,
  ERR_SESSION_SUPERSEDED: true,
  ERR_SESSION_ENDED: true,
  ERR_SESSION_LIMIT: true,
  ERR_SESSION_REQUIRED: true,
  ERR_SESSION_NOT_RECENT: true,
  ERR_SESSION_ACTING: true,
  ERR_SESSION_NOT_BOUND: true,
  ERR_CSRF_REFUSED: true,
  ERR_STORE_UNAVAILABLE: true,
  ERR_STORE_TIMEOUT: true,
  ERR_STORE_REFUSED: true,
  ERR_STORE_CONTRACT: true,
}

/**
 * The code of an error of Sojourn; `_OTHER` for an error of the application, whose class anybody may name. Missing on success.
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/
 */
export const errorType: Attribute<Operated> = {
  name: 'error.type',
  values: valuesOf(errorCodes),
  read: ({ error }) => (error === undefined ? undefined : (Object(error).code ?? other)),
}
