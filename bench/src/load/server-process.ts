import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { Pool } from 'undici'
import { onServersCore } from './cores.ts'
import type { SelfTimes } from './profiler.ts'

/** What a server answered. */
interface Answer {
  readonly status: number
  readonly body: string
  /** The cookies that it set, as they are sent back; `undefined` where it set none. */
  readonly cookie: string | undefined
  /** The bytes of its headers and its body. */
  readonly bytes: number
}

/** What one stretch of load cost. */
export interface Sample {
  /** µs of CPU per request, of the server alone. */
  readonly cost: number
  /** The time that one of a hundred requests exceeds, in ms, with all connections busy. */
  readonly p99: number
  /** The bytes of one response. */
  readonly bytes: number
}

/** Requests to send: the cookies in turn, or none. */
export interface Traffic {
  readonly path: string
  readonly cookies: readonly string[]
  /** True: a cookie that the server sets replaces the one that was sent, as in a browser. @default false */
  readonly keepsCookies?: boolean
}

/** A contender that runs, and a client with keep-alive connections to it. */
export interface ServerProcess {
  ask(path: string, cookie?: string): Promise<Answer>
  /** Sends requests on all connections, for so many ms or so many requests, whichever ends first. */
  load(
    traffic: Traffic,
    until: { readonly ms?: number; readonly requests?: number },
  ): Promise<Sample>
  /** µs of CPU that the server has used since it started. */
  cpu(): Promise<number>
  /** The bytes that live in the server's heap and beside it after a collection; needs `--expose-gc`. */
  heap(): Promise<number>
  /** Profiles the server while `work` runs, and returns what each of its functions took. */
  profile(work: () => Promise<unknown>): Promise<SelfTimes>
  stop(): Promise<void>
}

/** What a server process is told. */
export interface ServerSettings {
  readonly redisPort: number
  /** True: every use of a session is written, as if its touch interval had passed. */
  readonly isTouchAlwaysDue?: boolean
  /** Flags of node for the server. @default none but those of the variable SERVER_FLAGS */
  readonly flags?: readonly string[]
}

const connections = 16

/** Starts a contender by its name, in a process of its own. */
export async function startServer(
  name: string,
  { redisPort, isTouchAlwaysDue = false, flags = [] }: ServerSettings,
): Promise<ServerProcess> {
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    REDIS_PORT: String(redisPort),
    ...(isTouchAlwaysDue ? { TOUCH_ALWAYS: '1' } : {}),
  }
  const program = join(import.meta.dirname, '../../dist/server.js')
  const child = fork(program, [name], { env, ...onServersCore([...flags, ...flagsOfUser()]) })
  const [port] = (await Promise.race([once(child, 'message'), failure(child, name)])) as [number]
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections })

  async function ask(path: string, cookie?: string): Promise<Answer> {
    const sent = cookie === undefined ? {} : { cookie }
    const { statusCode, headers, body } = await pool.request({ path, method: 'GET', headers: sent })
    const text = await body.text()
    const lines = [headers['set-cookie'] ?? []].flat()
    const set = lines.map((line) => line.split(';', 1)[0]).join('; ')
    return {
      status: statusCode,
      body: text,
      cookie: set || undefined,
      bytes: sizeOf(headers) + text.length,
    }
  }

  return {
    ask,
    async load(
      { path, cookies, keepsCookies = false },
      { ms = Number.POSITIVE_INFINITY, requests = Number.POSITIVE_INFINITY },
    ) {
      const jar = [...cookies]
      const times = createHistogram()
      const before = await cpuOf(child)
      const end = performance.now() + ms
      let sent = 0
      let bytes = 0
      const work = async () => {
        while (sent < requests && performance.now() < end) {
          const place = sent++ % jar.length
          const answer = await timed(times, () => ask(path, jar[place]))
          bytes += answer.bytes
          if (keepsCookies && answer.cookie !== undefined) jar[place] = answer.cookie
        }
      }
      await Promise.all(Array.from({ length: connections }, work))
      const used = (await cpuOf(child)) - before
      return { cost: used / sent, p99: times.percentile(99) / 1e6, bytes: bytes / sent }
    },
    cpu: () => cpuOf(child),
    heap: async () => (await report(child, 'heap')) as number,
    async profile(work) {
      await report(child, 'startProfile')
      await work()
      return (await report(child, 'stopProfile')) as SelfTimes
    },
    async stop() {
      await pool.destroy()
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

async function timed<Result>(
  times: RecordableHistogram,
  run: () => Promise<Result>,
): Promise<Result> {
  const start = process.hrtime.bigint()
  const result = await run()
  times.record(process.hrtime.bigint() - start)
  return result
}

function sizeOf(headers: Readonly<Record<string, string | string[] | undefined>>): number {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values ?? []].flat().map((value) => name.length + 2 + value.length + 2),
  )
  return lines.reduce((sum, length) => sum + length, 0)
}

async function failure(child: ChildProcess, name: string): Promise<never> {
  const [code] = await once(child, 'exit')
  throw new Error(`${name} ended with ${code} before it listened`)
}

/** Flags for the server alone, such as `SERVER_FLAGS=--max-old-space-size=64`. */
function flagsOfUser(): string[] {
  return process.env['SERVER_FLAGS']?.split(' ') ?? []
}

async function cpuOf(child: ChildProcess): Promise<number> {
  const { user, system } = (await report(child, 'cpu')) as NodeJS.CpuUsage
  return user + system
}

/** Asks a server about itself; `server.ts` says what it can be asked. */
async function report(
  child: ChildProcess,
  what: 'cpu' | 'heap' | 'startProfile' | 'stopProfile',
): Promise<unknown> {
  child.send(what)
  const [answer] = await once(child, 'message')
  return answer
}
