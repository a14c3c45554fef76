import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Pool } from 'undici'

/** What a server answered. */
interface Answer {
  readonly body: string
  /** The cookies that it set, as they are sent back; `undefined` where it set none. */
  readonly cookie: string | undefined
}

/** A contender that runs, and a client with keep-alive connections to it. */
export interface Running {
  ask(path: string, cookie?: string): Promise<Answer>
  /** µs of CPU per request, of the server alone; the cookies are sent in turn. */
  cost(path: string, cookies: readonly string[], requests: number): Promise<number>
  stop(): Promise<void>
}

const connections = 32

/** Starts a contender by its name. */
export async function start(name: string, redisPort: number): Promise<Running> {
  const env = { ...process.env, NODE_ENV: 'production', REDIS_PORT: String(redisPort) }
  const program = join(import.meta.dirname, '../dist/server.js')
  const child = fork(program, [name], { env, execArgv: flags() })
  const [port] = (await once(child, 'message')) as [number]
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections })

  async function ask(path: string, cookie?: string): Promise<Answer> {
    const sent = cookie === undefined ? {} : { cookie }
    const { headers, body } = await pool.request({ path, method: 'GET', headers: sent })
    const lines = [headers['set-cookie'] ?? []].flat()
    const set = lines.map((line) => line.split(';', 1)[0]).join('; ')
    return { body: await body.text(), cookie: set || undefined }
  }

  return {
    ask,
    async cost(path, cookies, requests) {
      const before = await cpuOf(child)
      let sent = 0
      const work = async () => {
        while (sent < requests) await ask(path, cookies[sent++ % cookies.length])
      }
      await Promise.all(Array.from({ length: connections }, work))
      return ((await cpuOf(child)) - before) / requests
    },
    async stop() {
      await pool.destroy()
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

/** For the server alone: `SERVER_FLAGS=--cpu-prof` says where its time goes. */
function flags(): string[] {
  return process.env['SERVER_FLAGS']?.split(' ') ?? []
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu')
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage]
  return user + system
}
