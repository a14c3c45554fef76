/** Is not a backend. */
export const answer = 42
