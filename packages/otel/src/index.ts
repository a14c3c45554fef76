export { type InstrumentOptions, instrumentSessions } from './instrument-sessions.ts'
export type { MeasuredManager } from './measure.ts'
