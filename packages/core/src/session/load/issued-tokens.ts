import type { ManagerContext } from '../state.ts'

/** The same symbol for every copy of this package in a process. */
const key: unique symbol = Symbol.for('sojourn.issued-tokens/1')

/** How many tokens are remembered. */
const maxTokens = 200

/** The tokens that managers in development have sent lately, and who sent them. */
type IssuedTokens = Map<string, WeakRef<object>>

const shared: object & { [key]?: IssuedTokens } = globalThis
shared[key] ??= new Map()
const issued = shared[key]

/** Remembers who sent a token, in development. */
export function noteIssued(context: ManagerContext, token: string): void {
  if (!context.config.development) return
  issued.set(token, new WeakRef(context))
  for (const oldest of issued.keys()) {
    if (issued.size <= maxTokens) return
    issued.delete(oldest)
  }
}

/**
 * In development, warns of a token that opens nothing here because another manager of this process has sent it: two
 * applications on different paths of one host whose managers share a cookie. No request meets both, so nothing can
 * refuse them when they are mounted.
 */
export function warnOfOtherManager(context: ManagerContext, tokens: readonly string[]): void {
  const { development, cookieName } = context.config
  if (!development) return
  for (const token of tokens) {
    const sender = issued.get(token)?.deref()
    if (sender === undefined || sender === context) continue
    context.warnOnce(
      `A request brought a token that another session manager of this process has sent, so the two use one cookie, ${cookieName}, ` +
        'or one header, and each replaces the session of the other. Give one of them a cookieName of its own, or mount one ' +
        'manager in both places. After a hot reload this is normal: the manager before it has sent the token.',
    )
  }
}
