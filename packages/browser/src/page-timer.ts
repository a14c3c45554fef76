import { askServer, checkMs } from './ask-server.ts'
import { createCountdown } from './countdown.ts'
import type { SessionTimerOptions } from './options.ts'
import { joinTabs, type TabMessage, type Tabs, type TimerEnd } from './tabs.ts'

/** The time between two looks at the clock, in ms: the machine may sleep, and its clock may be set. */
const longestWaitMs = 60_000
/** A page that is shown again asks the server unless it has heard from it within this time, in ms. */
const freshMs = 10_000

/** Counts down, asks the server, talks to the other tabs and calls back; see `createSessionTimer`. */
export class PageTimer {
  readonly #options: SessionTimerOptions
  readonly #warnMs: number
  readonly #countdown = createCountdown()
  readonly #tabs: Tabs
  #phase: 'running' | 'warned' | 'over' = 'running'
  #timer: ReturnType<typeof setTimeout> | undefined
  #isAsking = false
  /** How often it was learnt how long the session lasts. The reply to an earlier question must not undo what is newer. */
  #news = 0

  constructor(options: SessionTimerOptions, warnMs: number) {
    this.#options = options
    this.#warnMs = warnMs
    this.#tabs = joinTabs(options.channel ?? 'sojourn', (message) => this.#hear(message))
  }

  start(remainingMs: number | undefined): void {
    addEventListener('pagehide', this.#leave)
    addEventListener('pageshow', this.#comeBack)
    document.addEventListener('visibilitychange', this.#comeBack)
    if (remainingMs === undefined) this.#askAgain()
    else this.#learn(checkMs(remainingMs), true)
  }

  left(): number {
    return this.#countdown.left()
  }

  async stay(): Promise<number> {
    const ms = await askServer(this.#options.stay, 'POST')
    if (this.#phase !== 'over') this.#learn(ms, true)
    return ms
  }

  end(): void {
    if (this.#phase !== 'over') this.#tabs.tell({ end: 'ended' })
    this.#countdown.set(0)
    this.close()
  }

  close(): void {
    this.#phase = 'over'
    clearTimeout(this.#timer)
    this.#tabs.leave()
    removeEventListener('pagehide', this.#leave)
    removeEventListener('pageshow', this.#comeBack)
    document.removeEventListener('visibilitychange', this.#comeBack)
  }

  /** Takes over how long the session lasts; `tells` is true unless another tab has said it. */
  #learn(ms: number, tells: boolean): void {
    const isEarly = this.left() > 0
    if (ms === 0) {
      this.#finish(isEarly ? 'ended' : 'expired', tells)
      return
    }
    this.#countdown.set(ms)
    this.#news++
    if (tells) this.#tabs.tell({ ms, at: Date.now() })
    const isOff = this.#phase === 'warned' && ms > this.#warnMs
    if (isOff) this.#phase = 'running'
    this.#proceed()
    if (isOff) this.#options.onStay?.(ms)
  }

  /** Does what is due, and waits until something else is. */
  #proceed(): void {
    clearTimeout(this.#timer)
    if (this.#phase === 'over') return
    if (this.#news === 0) {
      this.#wait(freshMs)
      return
    }
    const ms = this.left()
    if (ms === 0) {
      this.#finish('expired', false)
      return
    }
    const isNewlyWarned = this.#isWarningDue(ms)
    if (isNewlyWarned) this.#phase = 'warned'
    const isWarned = this.#phase === 'warned'
    this.#wait(isWarned ? ms % 1000 || 1000 : Math.min(ms - this.#warnMs, longestWaitMs))
    if (isNewlyWarned) this.#options.onWarning(ms) // after the wait has begun: it may throw
    if (this.#phase === 'warned') this.#options.onTick?.(ms) // unless onWarning has closed the timer
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#wake(), ms)
  }

  /** Asks the server before a warning and at the end: the user may be active elsewhere. */
  #wake(): void {
    const ms = this.left()
    if (ms === 0 || this.#isWarningDue(ms)) this.#askAgain()
    else this.#proceed()
  }

  #isWarningDue(ms: number): boolean {
    return this.#phase === 'running' && ms <= this.#warnMs
  }

  /** Asks the server, if it can be asked; then goes on with what is known. */
  async #askAgain(): Promise<void> {
    const { check } = this.#options
    if (this.#isAsking) return
    this.#isAsking = true
    clearTimeout(this.#timer)
    const before = this.#news
    let ms: number | undefined
    try {
      if (check) ms = await askServer(check, 'GET')
    } catch {
      // The server cannot be reached, which does not end the session. The countdown goes on.
    }
    this.#isAsking = false
    if (ms === undefined || this.#news !== before) this.#proceed()
    else if (this.#phase !== 'over') this.#learn(ms, true)
  }

  #hear(message: TabMessage): void {
    if (this.#phase === 'over') return
    if ('end' in message) this.#finish(message.end, false)
    else this.#learn(Math.max(0, message.ms - Math.max(0, Date.now() - message.at)), false)
  }

  #finish(why: TimerEnd, tells: boolean): void {
    if (tells) this.#tabs.tell({ end: why })
    this.#countdown.set(0)
    this.close()
    this.#options.onEnd(why)
  }

  readonly #leave = () => this.#tabs.leave()

  readonly #comeBack = () => {
    if (document.visibilityState === 'hidden') return
    this.#tabs.join()
    if (this.#countdown.passed() >= freshMs) this.#askAgain()
    else this.#proceed()
  }
}
