import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { join } from 'node:path'

/** A contender that runs, and a client with keep-alive connections to it. */
export interface Running {
  /** One request; answers its body, and the cookies that came back or else those that were sent. */
  ask(path: string, cookie?: string): Promise<{ body: string; cookie: string }>
  /** µs of CPU per request, of the server alone. */
  cost(path: string, cookie: string, requests: number): Promise<number>
  stop(): void
}

const connections = 16

/** Starts a contender by its name. */
export async function start(name: string): Promise<Running> {
  const child = fork(join(import.meta.dirname, 'server.ts'), [name])
  const [port] = (await once(child, 'message')) as [number]
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections })
  const ask: Running['ask'] = async (path, cookie = '') => {
    const request = http.get({
      port,
      host: '127.0.0.1',
      path,
      agent,
      headers: cookie ? { cookie } : {},
    })
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    const body = (await response.toArray()).join('')
    const sent = response.headers['set-cookie']?.map((line) => line.split(';')[0]).join('; ')
    return { body, cookie: sent ?? cookie }
  }
  return {
    ask,
    async cost(path, cookie, requests) {
      const before = await cpu(child)
      let left = requests
      const work = async () => {
        while (left-- > 0) await ask(path, cookie)
      }
      await Promise.all(Array.from({ length: connections }, work))
      return ((await cpu(child)) - before) / requests
    },
    stop() {
      agent.destroy()
      child.kill()
    },
  }
}

async function cpu(child: ChildProcess): Promise<number> {
  child.send('cpu')
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage]
  return user + system
}
