// Runs in pages. It reads no cookie and stores nothing: the server says how long a session lasts, and this counts down.
export type { Source } from './ask-server.ts'
export type { SessionTimerOptions } from './options.ts'
export { announceEnd, createSessionTimer, type SessionTimer } from './session-timer.ts'
export type { TimerEnd } from './tabs.ts'
