import { check } from './check.ts'

/**
 * Checks that the application has called a function that makes a handler, and did not mount the function itself: a
 * framework then calls it with a request, nothing is guarded, and nothing continues. `first` is its first argument,
 * `name` its name, `example` the right call.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function checkCalled(first: unknown, name: string, example: string): void {
  check(
    !isOfFramework(first),
    `${name} was given a request, so it was mounted without being called`,
    `Call it: ${example}`,
  )
}

/** Returns true for a request, a context or an application: frameworks call handlers and plugins with these. */
export function isOfFramework(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return ['headers', 'req', 'decorateRequest'].some((name) => name in value)
}
