/** Returns the current time in epoch ms. Sojourn reads the time only from the option `clock`; tests can set it. */
export type Clock = () => number

/** The clock of the machine, the default. No other place in Sojourn reads it. */
export const systemClock: Clock = () => Date.now()
