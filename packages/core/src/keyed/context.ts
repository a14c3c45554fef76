import type { Codec } from '../data/codec.ts'
import type { SessionRecord } from '../record/record.ts'
import type { Presented } from '../record/rotation.ts'
import { importedGeneration, type TokenContent } from '../record/token.ts'
import type { TokenVerifier } from '../record/token-verifier.ts'
import type { StoreEnv } from '../store/store.ts'
import type { BackendEpochs } from './epochs.ts'
import type { GuardedBackend } from './guarded-backend.ts'
import type { RowSigner } from './row-signature.ts'
import type { KeyedRows } from './rows.ts'

/** What the operations of one keyed store share. Made once per manager. */
export interface KeyedContext {
  /** The database. All I/O of the store but `close` goes through it. */
  readonly backend: GuardedBackend
  /** Translates between rows and opened sessions. */
  readonly rows: KeyedRows
  /** Signs the values of rows, if the option `signRows` says so. */
  readonly signer: RowSigner
  /** Encodes the data of every row that is written. */
  readonly codec: Codec
  readonly env: StoreEnv
  /** `undefined` if the backend cannot end sessions for good. */
  readonly epochs: BackendEpochs | undefined
  readonly verifier: TokenVerifier
  /** Returns a signed token of a record. */
  readonly tokenOf: (record: Pick<SessionRecord, 'id'>, content: TokenContent) => string
}

/**
 * Returns an offered token as the field of an outcome. It goes beside the token that the client presented; but if that
 * is a token of another store, it takes its place.
 */
export function offerOutcome(
  { tokenOf }: KeyedContext,
  { record, presented }: { record: SessionRecord; presented: Presented | undefined },
  offered: TokenContent | undefined,
): { readonly token?: string; readonly offer?: string } {
  if (!offered) return {}
  const token = tokenOf(record, offered)
  return presented?.generation === importedGeneration ? { token } : { offer: token }
}
