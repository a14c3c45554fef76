export { type CarrierView, nodeCarrier } from './carrier.ts'
export { type Before, beforeHeaders, type HeldResponse } from './held-response.ts'
export { type Handler, type SessionsOptions, sessions } from './sessions.ts'
