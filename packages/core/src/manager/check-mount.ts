import { isIpPart } from '../options/fingerprint.ts'
import { sessionOptionHints, sessionOptionNames } from '../options/options.ts'
import { checkPassive } from '../session/passive.ts'
import { check, checkAs } from '../util/check.ts'
import { isOfFramework } from '../util/check-called.ts'
import { checkOptions } from '../util/check-options.ts'
import { quote } from '../util/quote.ts'

/** How the function of a binding that takes a manager is called, and the options that it knows. */
export interface MountForm<Options extends object> {
  /** The right call, for messages, such as `app.use(sessions(manager))`. */
  readonly call: string
  readonly known: Readonly<Record<keyof Options, true>>
  /** @default 'sessions' */
  readonly name?: string
}

/**
 * Checks what a binding's `sessions(manager, options)` was given, when it is called rather than at the first request.
 * Returns the options.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but a manager, an unknown option, and an `as` that is no
 * name. The message says what to write.
 * @example
 * const { as = 'session' } = checkMount(manager, options, {
 *   call: 'app.use(sessions(manager))',
 *   known: { as: true },
 * })
 */
export function checkMount<Options extends object>(
  manager: unknown,
  options: Options,
  { call, known, name = 'sessions' }: MountForm<Options>,
): Options {
  const [what, remedy] = describe(manager, name)
  check(typeof Object(manager).load === 'function', what, remedy + call)
  checkOptions(options, known, `${name}()`, {
    ...managerHints,
    ...('as' in known ? nameHints : {}),
  })
  if ('as' in options && options.as !== undefined) checkAs(options.as as string)
  if ('passive' in options) checkPassive(options.passive)
  return options
}

/** What to do for options of the manager, by its names and by those of other libraries. */
const managerHints: Readonly<Record<string, string>> = Object.fromEntries(
  ['secret', ...Object.keys(sessionOptionNames), ...Object.keys(sessionOptionHints)].map(
    (option) => [option, 'Give it to the manager: createSessionManager({ … })'],
  ),
)

const nameHint =
  "Write as for the name of the session on the request; the cookie's name is cookieName of the manager"
const nameHints = { name: nameHint, key: nameHint, property: nameHint }

/** Returns what is wrong with a value that is no manager, and what to do before the right call. */
function describe(value: unknown, name: string): readonly [what: string, remedy: string] {
  const given = (what: string) => `${name}() was given ${what} in place of a manager`
  if (isOfFramework(value))
    return [`${name} was given a request, so it was mounted without being called`, 'Call it: ']
  if (value === undefined || value === null)
    return [
      `${name}() was given no manager`,
      'Make one with createSessionManager(…), before this line runs, and mount it: ',
    ]
  if (typeof value === 'function')
    return [
      given('a function'),
      'If it is a store, make a manager of it: createSessionManager({ store, … }); if it makes the manager, call it. Then: ',
    ]
  if (typeof Object(value).then === 'function')
    return [given('a promise'), 'Await it first, then: ']
  if ('store' in Object(value) || 'secretKey' in Object(value))
    return [given('options'), 'Make a manager of them: createSessionManager(options). Then: ']
  return [given(quote(value)), 'Make one with createSessionManager(…), then: ']
}

/**
 * Checks that a binding whose framework does not know the address of the client is given it, if the manager compares
 * addresses: `ip` is the binding's option of that name, `remedy` what to give.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 * @example
 * checkIpOption(manager, options.ip, 'Give ip: (c) => getConnInfo(c).remote.address')
 */
export function checkIpOption(
  { fingerprint }: { readonly fingerprint: readonly string[] },
  ip: unknown,
  remedy: string,
): void {
  check(
    ip === undefined || typeof ip === 'function',
    `ip is ${quote(ip)}`,
    'Give a function that returns the address of the client',
  )
  check(
    ip !== undefined || !fingerprint.some(isIpPart),
    'The option fingerprint of the manager compares addresses, and this binding does not know that of the client',
    remedy,
  )
}
