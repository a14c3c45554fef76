import type { Codec } from '@sojourn/core'
import type { OpenedSession, StoreEnv } from '@sojourn/core/store'
import type { Revocations } from './revocations.ts'
import type { Tokens } from './tokens.ts'

/** What the operations of a cookie store are made of. */
export interface SealedContext {
  readonly tokens: Tokens
  /** None where nothing is kept on the server. */
  readonly revocations: Revocations | undefined
  readonly env: StoreEnv
  readonly codec: Codec
}

/** A session that another store is taking over: of that the mark tells, not the token. */
export function asLeaving(opened: OpenedSession): OpenedSession {
  return { ...opened, record: { ...opened.record, leaving: true } }
}
