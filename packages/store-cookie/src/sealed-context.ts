import type { Codec } from '@sojourn/core'
import type { BackendEpochs, OpenedSession, StoreEnv } from '@sojourn/core/store'
import type { Revocations } from './revocations.ts'
import type { Tokens } from './tokens.ts'

/** The secret hash of a sealed record, which has no secret: the seal authenticates it. */
export const noSecret = ''

/** What the operations of a cookie store share. */
export interface SealedContext {
  readonly tokens: Tokens
  /** `undefined` if nothing is kept on the server. */
  readonly revocations: Revocations | undefined
  /** `undefined` if nothing is kept on the server. */
  readonly epochs: BackendEpochs | undefined
  readonly env: StoreEnv
  readonly codec: Codec
}

/** Returns the session marked as leaving. That is recorded in its revocation entry, not in its token. */
export function asLeaving(opened: OpenedSession): OpenedSession {
  return { ...opened, record: { ...opened.record, leaving: true } }
}
