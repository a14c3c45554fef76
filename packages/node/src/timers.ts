/**
 * Node's own functions, taken when this package is loaded: the fake timers of a test, installed later, replace the
 * globals, and a request would never end.
 */
export const { nextTick } = process
export const { setImmediate } = globalThis
