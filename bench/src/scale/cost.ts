import { spreadOf } from '../measure/statistics.ts'
import type { Lines } from './lines.ts'

const rounds = 5
/** As many requests as a busy server has open at once: clients of Redis send what is waiting in one piece. */
const atOnce = 16

/** What Redis has to offer while something is measured. */
export interface RedisSide {
  /** Returns the CPU that the server has used, in µs. */
  cpu(): Promise<number>
  /** Removes everything. */
  flush(): Promise<void>
  /** Returns the bytes that all keys take, by what they hold, as MEMORY USAGE says. */
  bytes(): Promise<{ readonly sessions: number; readonly indexes: number }>
}

/** Measures what operations cost: the CPU of this process and of Redis, if there is one. */
export class Meter {
  readonly #operations: number
  /** `undefined` if what is measured keeps its sessions in this process. */
  readonly redis: RedisSide | undefined

  /** @param operations how many operations a figure comes from */
  constructor(operations: number, redis: RedisSide | undefined) {
    this.#operations = operations
    this.redis = redis
  }

  /** Runs operations in five rounds, 16 at once, and adds the median cost of one, in µs, to the lines. */
  async add(
    lines: Lines,
    what: string,
    x: number,
    operation: (n: number) => Promise<unknown>,
    share = 1,
  ): Promise<void> {
    const costs: { readonly own: number; readonly redis: number }[] = []
    const each = Math.ceil((this.#operations * share) / rounds)
    for (let round = 0; round < rounds; round++) {
      const [own, redis] = [cpu(), await this.#redisCpu()]
      await inParallel(each, (n) => operation(round * each + n))
      costs.push({
        own: (cpu() - own) / each,
        redis: ((await this.#redisCpu()) - redis) / each,
      })
    }
    const y = spreadOf(costs.map((cost) => cost.own)).median
    const redis = spreadOf(costs.map((cost) => cost.redis)).median
    lines.add(what, this.redis ? { x, y, redis } : { x, y })
  }

  async #redisCpu(): Promise<number> {
    return (await this.redis?.cpu()) ?? 0
  }
}

/** Runs `count` operations, 16 at once. */
export async function inParallel(
  count: number,
  operation: (n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < count) await operation(next++)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, Math.max(0, count)) }, work))
}

function cpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
