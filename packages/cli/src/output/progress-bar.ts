import { progress, spinner } from '@clack/prompts'
import type { Invocation } from '../invocation.ts'

/** Tells how far something has come. */
export interface ProgressBar {
  /** `total` may be an estimate, or `undefined` if nobody knows. */
  update(done: number, total: number | undefined): void
  /** Removes it. */
  end(): void
}

/** Shows a bar on stderr, or a spinner if the total is not known; nothing if that is no terminal. It ends with the command. */
export function createProgressBar({ stderr, defer }: Invocation, what: string): ProgressBar {
  if (!stderr.isTTY) return { update: () => undefined, end: () => undefined }
  let shown: ReturnType<typeof progress> | ReturnType<typeof spinner> | undefined
  let advanced = 0
  const end = () => {
    shown?.clear()
    shown = undefined
  }
  defer(end)
  return {
    update(done, total) {
      const message =
        total === undefined ? `${what}: ${done}` : `${what}: ${done} of about ${total}`
      if (!shown) {
        shown =
          total === undefined
            ? spinner({ output: stderr })
            : progress({ output: stderr, max: total })
        shown.start(message)
      }
      if ('advance' in shown) shown.advance(Math.max(0, done - advanced), message)
      else shown.message(message)
      advanced = done
    },
    end,
  }
}
