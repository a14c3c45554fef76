import type { RequestCarrier } from './carrier.ts'
import type { Codec } from './codec.ts'
import type { SessionConfig } from './config.ts'
import { createDataBox, emptyData } from './data.ts'
import type { Emit } from './events.ts'
import type { Ended, SessionState } from './session.ts'
import type { Opened, SessionStore } from './store.ts'

/** What a manager's parts share. */
export interface ManagerContext {
  readonly config: SessionConfig
  readonly store: SessionStore
  readonly codec: Codec
  readonly emit: Emit
  /** Warns once per message. */
  readonly warnOnce: (message: string) => void
}

/** What a request's session begins with. */
export interface StateSeed {
  readonly opened?: Opened
  readonly ended?: Ended
  readonly isReadOnly: boolean
  readonly isSent: () => boolean
}

/** The state of a session at the start of a request; throws where the data of `opened` cannot be decoded. */
export function createState({ codec }: ManagerContext, seed: StateSeed): SessionState {
  const { opened, ended, isReadOnly, isSent } = seed
  return {
    opened,
    box: createDataBox(codec, opened?.data ?? emptyData(codec)),
    draftId: undefined,
    isNew: opened === undefined,
    isReadOnly,
    ended,
    wantsRotation: false,
    isConsulted: false,
    hasFailed: false,
    outgoing: undefined,
    tail: undefined,
    isSent,
  }
}

/** The session stands on what was written, of which the handler had left `sent`. */
export function stand(
  state: SessionState,
  { opened, token }: { opened: Opened; token?: string },
  sent: Uint8Array,
): void {
  state.opened = opened
  state.ended = undefined
  state.box.settle(opened.data, sent)
  if (token !== undefined) state.outgoing = { token }
}

/** The session is over for this request: empty, and open only to a login. */
export function fall({ codec }: ManagerContext, state: SessionState, why: Ended): void {
  state.opened = undefined
  state.draftId = undefined
  state.ended = why
  state.wantsRotation = false
  state.outgoing = undefined
  state.box = createDataBox(codec, emptyData(codec))
}

/** Whether a cookie can leave: a Secure one does not over plain HTTP. */
export function canSend({ config }: ManagerContext, carrier: RequestCarrier): boolean {
  return carrier.secure || !config.secure
}
