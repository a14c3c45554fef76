import type { Replacement } from './binding-app.ts'

/** The value that a route puts in place of its session, as other libraries log out. */
export function replacementOf(replace: Exclude<Replacement, 'delete'>): unknown {
  if (replace === 'object') return {}
  return replace === 'null' ? null : undefined
}

/**
 * Replaces or deletes the property `session` of what a framework passes to its handlers, if a route asks for it. For the
 * `serve` of a binding, after the route's `handle`.
 */
export function replaceSession(target: object, replace: Replacement | undefined): void {
  const holder: { session?: unknown } = target
  if (replace === 'delete') delete holder.session
  else if (replace) holder.session = replacementOf(replace)
}
