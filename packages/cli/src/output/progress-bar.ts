import type { Invocation } from '../invocation.ts'
import { cutTo } from './columns.ts'
import { columnsOf } from './terminal-size.ts'

/** Tells how far something has come. */
export interface ProgressBar {
  /** `most` is the largest possible number; `undefined` if it is not known. */
  update(done: number, most: number | undefined): void
  /** Removes it. */
  end(): void
}

const cells = 20
const drawEveryMs = 100
const eraseLine = '\r\u001b[K'

/**
 * Shows a bar on stderr, nothing if that is no terminal. It goes when the command ends, however it ends. That of clack takes the
 * keyboard, and ends the process with status 0 at Ctrl-C.
 */
export function createProgressBar({ stderr, defer }: Invocation, what: string): ProgressBar {
  if (!stderr.isTTY) return { update: () => undefined, end: () => undefined }
  let drawnAt = Number.NEGATIVE_INFINITY
  const end = () => {
    if (drawnAt > Number.NEGATIVE_INFINITY) stderr.write(eraseLine)
    drawnAt = Number.NEGATIVE_INFINITY
  }
  defer(end)
  return {
    update(done, most) {
      const now = performance.now()
      if (now - drawnAt < drawEveryMs) return
      drawnAt = now
      stderr.write(eraseLine + cutTo(lineOf(what, done, most), columnsOf(stderr) - 1))
    },
    end,
  }
}

function lineOf(what: string, done: number, most: number | undefined): string {
  if (most === undefined) return `${what}: ${done}`
  const full = Math.round(cells * Math.min(1, done / Math.max(1, most)))
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)} ${what}: ${done} of at most ${most}`
}
