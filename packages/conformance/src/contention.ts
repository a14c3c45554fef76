/** What processes on one database contend for: a row that all count up, and a group in which all log in. */
export const contended = { counter: 'counter.a', group: 'crowd', limit: 3 }

/** The id of the session that processes end in a turn. It is alone in its group. */
export const idOfTurn = (turn: number) => `turn${turn}.a`
