/** Epoch milliseconds. Every judgement about time in Sojourn asks a clock, so that a test can move it. */
export type Clock = () => number

/** The machine's clock: the only place in Sojourn that reads it. */
export const systemClock: Clock = () => Date.now()
