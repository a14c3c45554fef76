import type { ManagerContext } from './state.ts'

/**
 * In development, warns of what was set on the session itself: other libraries keep data there, and here nobody does. In
 * TypeScript it does not compile. Accessors are no data: a binding may lay some over a session.
 */
export function warnOwnProperties({ config, warnOnce }: ManagerContext, session: object): void {
  if (!config.development) return
  for (const [key, own] of Object.entries(Object.getOwnPropertyDescriptors(session)))
    if (own.enumerable && 'value' in own)
      warnOnce(
        `session.${key} was set, and nobody keeps it. What a session shall keep goes into its data: session.data.${key}`,
      )
}
