import { pause, type Timing } from './timing.ts'

/** An answer of an instance, and whether the instance counts towards a quorum. */
export interface Counting {
  readonly counts: boolean
}

/** What has come in from the instances. */
export interface Gathered<Answer> {
  readonly answers: readonly Answer[]
  readonly errors: readonly unknown[]
}

/** When to stop waiting for instances. */
export interface GatherOptions<Answer> {
  /** How many answers that count the caller needs at least. */
  readonly quorum: number
  /** Returns true if no further answer is needed. */
  readonly isEnough: (answers: readonly Answer[]) => boolean
  readonly timing: Timing
}

/** How long to wait for the remaining instances if a quorum has answered and that is not enough, in ms. */
const graceMs = 20

/**
 * Waits for answers of instances, and no longer than they are of use: until they are enough, until a quorum cannot answer any
 * more, or, if a quorum has answered and that is not enough, for 20 ms more. What comes later is ignored.
 */
export function gather<Answer extends Counting>(
  pending: readonly Promise<Answer>[],
  { quorum, isEnough, timing }: GatherOptions<Answer>,
): Promise<Gathered<Answer>> {
  return new Promise((resolve) => {
    const answers: Answer[] = []
    const errors: unknown[] = []
    let isInGrace = false
    const stop = () => resolve({ answers: [...answers], errors: [...errors] })
    const stopIfDone = () => {
      const counted = answers.filter(({ counts }) => counts).length
      const settled = answers.length + errors.length
      const isOutOfReach = settled - counted > pending.length - quorum
      if (settled === pending.length || isOutOfReach) return stop()
      if (counted < quorum) return
      if (isEnough(answers)) return stop()
      if (!isInGrace) pause(timing, graceMs).then(stop)
      isInGrace = true
    }
    for (const each of pending)
      each.then(
        (answer) => {
          answers.push(answer)
          stopIfDone()
        },
        (error) => {
          errors.push(error)
          stopIfDone()
        },
      )
  })
}
