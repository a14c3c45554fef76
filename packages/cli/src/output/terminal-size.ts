import type { OutStream } from '../invocation.ts'

/** Returns the columns of a terminal; 80 in a pipe, and in a terminal that does not know its size and says 0. */
export function columnsOf({ columns }: OutStream): number {
  return columns || 80
}

/** Returns the lines of a terminal; 24 where it does not know them. */
export function rowsOf({ rows }: OutStream): number {
  return rows || 24
}
