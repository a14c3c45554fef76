import { type Claim, claims, type Runtime, runtimes } from './claims.ts'
import { createPool } from './pool.ts'
import type { Outcome } from './run-programs.ts'

/** A step that failed, and why. */
interface Failure {
  readonly title: string
  readonly problems: readonly string[]
}

/** What the steps of a run found. */
export class Results {
  readonly failed: Failure[] = []
  /** How many steps there were. */
  count = 0
  readonly #passed = new Map<Runtime, Set<string>>()
  readonly #pool

  /** @param atOnce How many steps run at once. */
  constructor(atOnce: number) {
    this.#pool = createPool(atOnce)
  }

  /** Runs a step when its turn comes, and prints how it went. Returns its result; `undefined` if it threw. */
  step<Result>(title: string, work: () => Promise<Result>): Promise<Result | undefined> {
    return this.#pool(async () => {
      const start = performance.now()
      try {
        const result = await work()
        this.#print('ok    ', start, title)
        return result
      } catch (error) {
        this.#print('FAILED', start, title)
        this.failed.push({
          title,
          problems: [error instanceof Error ? error.message : String(error)],
        })
        return undefined
      } finally {
        this.count++
      }
    })
  }

  /** Keeps which programs passed on a runtime. @throws Error if one has not */
  keep(runtime: Runtime, outcomes: readonly Outcome[]): void {
    const passed = outcomes.filter(({ error }) => error === undefined)
    this.#passed.set(runtime, new Set(passed.map(({ name }) => name)))
    throwOfFailed(outcomes)
  }

  /** Renders which package was proved to run where. */
  table(): string {
    const width = Math.max(...Object.keys(claims).map((name) => name.length))
    const columns = Object.entries(runtimes) as [Runtime, string][]
    const head = [''.padEnd(width), ...columns.map(([, title]) => title)].join('  ')
    const rows = Object.entries(claims).map(([name, claim]) => {
      const cells = columns.map(([runtime, title]) =>
        this.#cell(claim, runtime).padEnd(title.length),
      )
      return [name.padEnd(width), ...cells].join('  ').trimEnd()
    })
    return [head, ...rows].join('\n')
  }

  #cell(claim: Claim, runtime: Runtime): string {
    if (!claim.runtimes.includes(runtime)) return ''
    return claim.programs.every((name) => this.#passed.get(runtime)?.has(name)) ? 'runs' : 'FAILED'
  }

  #print(outcome: string, start: number, title: string): void {
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${outcome} ${seconds.padStart(5)} s  ${title}`)
  }
}

/** @throws Error that names the programs that failed, and says why. */
export function throwOfFailed(outcomes: readonly Outcome[]): void {
  const failed = outcomes.filter(({ error }) => error !== undefined)
  if (failed.length === 0) return
  throw new Error(failed.map(({ name, error }) => `${name}: ${error}`).join('\n'))
}
