import { isPlainObject } from '../data/object-kinds.ts'
import { check } from '../util/check.ts'
import { checkCalled } from '../util/check-called.ts'
import { checkOptions } from '../util/check-options.ts'

const hints = { name: 'Write as', session: 'Write as' }

/**
 * Returns the options of a guard if all their names are known. Refuses instances of classes, such as a `Request` or a
 * session: they have no options of their own, so a guard that was not called would pass unnoticed.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function checkGuardOptions<Options extends object>(
  options: Options,
  known: Readonly<Record<keyof Options, true>>,
  name: string,
): Options {
  checkCalled(options, name, name === 'requireRecent' ? "requireRecent('10m')" : `${name}()`)
  checkOptions(options, known, `${name}()`, hints)
  check(
    isPlainObject(options),
    `${name}() was given an object of a class as its options`,
    `Call it once without a request or a session, ${name}(), and let what it returns handle the request`,
  )
  return options
}
