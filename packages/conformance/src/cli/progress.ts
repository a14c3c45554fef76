import type { Result } from '../report.ts'

/** Where progress is shown. */
export interface ProgressStream {
  write(text: string): unknown
  /** A terminal shows one line that changes. Anything else gets one line for each case that failed. */
  readonly isTTY?: boolean
}

/** Shows how far a suite is. */
export interface Progress {
  advance(result: Result): void
  /** Removes the line of a terminal. */
  end(): void
}

const clearLine = '\r\u001b[K'

/** Returns the progress of a suite of `total` cases. */
export function createProgress(name: string, total: number, stream: ProgressStream): Progress {
  let done = 0
  let failed = 0
  return {
    advance({ id, title, outcome }) {
      done++
      if (outcome === 'failed') failed++
      if (stream.isTTY)
        stream.write(`${clearLine}${name}: ${done} of ${total}, ${failed} failed, ${id}`)
      else if (outcome === 'failed') stream.write(`failed: ${id} ${title}\n`)
    },
    end() {
      if (stream.isTTY) stream.write(clearLine)
    },
  }
}
