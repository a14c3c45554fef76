// Reports a test run. A long one prints how far it is, how long the rest takes and what failed; a short one lists its
// files as vitest does. The last line is plain, and a run with a skip, or without a test, fails.
import {
  DefaultReporter,
  type SerializedError,
  type TestModule,
  type TestRunEndReason,
  type TestSpecification,
  type Vitest,
} from 'vitest/node'
import { expectedDuration, keyOf, recordDurations, type TestFile } from './durations.ts'
import { duration, roughDuration, sum, timeLeft } from './progress.ts'

/** A run of more files prints its progress instead of every file. */
const many = 20
/** How often progress is printed, in milliseconds. A terminal shows it in a line that is written over. */
const interval = { log: 15_000, terminal: 1_000 }
/** How long the run may take to end once all files have, in milliseconds: then a worker hangs, and would do so for ever. */
const grace = 120_000

export function tally(modules: readonly TestModule[]) {
  const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
  for (const module of modules) {
    for (const test of module.children.allTests()) count[test.result().state]++
  }
  return { passed: count.passed, failed: count.failed, skipped: count.skipped + count.pending }
}

export default class SojournReporter extends DefaultReporter {
  #files: readonly TestFile[] = []
  #workers = 1
  /** The files that run and when each was started, by their keys. */
  readonly #running = new Map<string, { readonly file: TestFile; readonly started: number }>()
  /** The files that ended and how long each took, by their keys. */
  readonly #ended = new Map<string, { readonly file: TestFile; readonly took: number }>()
  #failed = 0
  #timer: NodeJS.Timeout | undefined
  #watchdog: NodeJS.Timeout | undefined
  #isLineOpen = false

  constructor() {
    super({ summary: false })
  }

  override onInit(vitest: Vitest): void {
    super.onInit(vitest)
    this.#workers = vitest.config.maxWorkers ?? 1
  }

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications)
    this.#files = specifications
    if (this.#files.length <= many) return
    this.renderSucceed = false
    this.#printProgress()
    const pause = this.isTTY ? interval.terminal : interval.log
    this.#timer = setInterval(() => this.#printProgress(), pause)
  }

  override onTestModuleQueued(module: TestModule): void {
    this.#running.set(keyOf(module), { file: module, started: performance.now() })
    super.onTestModuleQueued(module)
  }

  override onTestModuleEnd(module: TestModule): void {
    const now = performance.now()
    const { started } = this.#running.get(keyOf(module)) ?? { started: now }
    this.#running.delete(keyOf(module))
    this.#ended.set(keyOf(module), { file: module, took: now - started })
    if (module.state() === 'failed') this.#failed++
    super.onTestModuleEnd(module)
    if (this.#ended.size === this.#files.length && !this.ctx.config.coverage.enabled)
      this.#watchdog ??= setTimeout(() => this.#giveUp(), grace)
  }

  protected override printTestModule(module: TestModule): void {
    if (this.#files.length <= many || module.state() === 'failed') super.printTestModule(module)
  }

  override onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    clearInterval(this.#timer)
    clearTimeout(this.#watchdog)
    this.#closeLine()
    super.onTestRunEnd(modules, errors, reason)
    if (process.env['RECORD_DURATIONS'])
      recordDurations(new Map(Array.from(this.#ended, ([key, { took }]) => [key, took])))
    const { passed, failed, skipped } = tally(modules)
    if (skipped > 0) fail('A skipped test is not a passed one: run it, or remove it.')
    if (passed + failed === 0) fail('No test ran: is the filter or the project name right?')
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
  }

  override log(...messages: unknown[]): void {
    this.#closeLine()
    super.log(...messages)
  }

  override error(...messages: unknown[]): void {
    this.#closeLine()
    super.error(...messages)
  }

  /** Says what is known and ends the process, since vitest would wait for its worker without end. */
  #giveUp(): void {
    fail('All files have ended and a worker has not: a test of it left something undone.')
    this.onTestRunEnd(this.ctx.state.getTestModules(), [], 'failed')
    process.exit()
  }

  /** Prints for example `[ 37/182 files, 1 min 10 s, about 2 min 30 s left ]`. */
  #printProgress(): void {
    const all = String(this.#files.length)
    const elapsed = performance.now() - this.start
    const parts = [
      `${String(this.#ended.size).padStart(all.length)}/${all} files`,
      ...(this.#failed > 0 ? [`${this.#failed} failed`] : []),
      ...(elapsed >= 1_000 ? [duration(elapsed)] : []),
      ...(this.#ended.size < this.#files.length
        ? [`about ${roughDuration(this.#timeLeft())} left`]
        : []),
    ]
    this.#closeLine()
    process.stdout.write(`[ ${parts.join(', ')} ]${this.isTTY ? '' : '\n'}`)
    this.#isLineOpen = this.isTTY
  }

  #timeLeft(): number {
    const now = performance.now()
    const running = Array.from(this.#running.values(), ({ file, started }) => ({
      expected: expectedDuration(file),
      took: now - started,
    }))
    const ended = [...this.#ended.values()]
    const waiting = this.#files.filter(
      (file) => !this.#ended.has(keyOf(file)) && !this.#running.has(keyOf(file)),
    )
    return timeLeft({
      ended: {
        expected: sum(ended.map(({ file }) => expectedDuration(file))),
        took: sum(ended.map(({ took }) => took)),
      },
      running,
      waiting: sum(waiting.map(expectedDuration)),
      workers: this.#workers,
    })
  }

  /** Takes the line of the terminal back in which progress stands. */
  #closeLine(): void {
    if (this.#isLineOpen) process.stdout.write('\r\x1b[2K')
    this.#isLineOpen = false
  }
}

function fail(reason: string) {
  process.exitCode = 1
  process.stdout.write(`${reason}\n`)
}
