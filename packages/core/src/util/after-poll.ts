// Taken when this module is loaded, so that fake timers of a test, installed later, do not stop a deadline half-way.
const { setImmediate: immediately, setTimeout: later } = globalThis

/**
 * Runs `act` after the event loop has read its sockets once. Node runs timers before it polls, so when a handler has
 * blocked the process, a timer fires although the reply is waiting in the socket. Runtimes without `setImmediate` get a
 * timer of 0 ms.
 */
export function afterPoll(act: () => void): void {
  if (typeof immediately === 'function') immediately(act)
  else later(act, 0)
}
