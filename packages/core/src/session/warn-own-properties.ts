import type { ManagerContext } from './state.ts'

/**
 * In development, warns of properties that were set on the session object itself. Other libraries keep data there;
 * here it belongs in `session.data`. TypeScript refuses such code, JavaScript does not. Accessors are ignored: a
 * binding may define some on a session.
 */
export function warnOwnProperties({ config, warnOnce }: ManagerContext, session: object): void {
  if (!config.development) return
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(session)))
    if (property.enumerable && 'value' in property)
      warnOnce(
        `session.${key} was set, and nobody keeps it. ${hints.get(key) ?? `What a session shall keep goes into its data: session.data.${key}`}`,
      )
}

const limits = 'The limits are options: maxAge of createSessionManager(), and of session.login()'
/** What other libraries set on the session that is not data of the application. */
const hints: ReadonlyMap<string, string> = new Map([
  ['maxAge', limits],
  ['cookie', limits],
  ['options', limits],
  ['expires', limits],
])
