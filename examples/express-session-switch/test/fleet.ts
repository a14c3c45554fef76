/** Servers behind nginx, which are replaced one by one while requests go on. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startNginx } from '../nginx.ts'

/** A server before the switch, while both run, and when it is finished. */
export type Kind = 'old' | 'new' | 'finished'

/** The servers and the proxy. */
export interface Fleet {
  readonly port: number
  /** Replaces the servers by those of the next kind, and calls `between` when each has got its place. */
  replaceAll(between: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

interface Server {
  readonly child: ChildProcess
  readonly port: number
}

/** Starts nginx and servers of the first kind. Those of the next kind always start ahead, which takes the longest. */
export async function startFleet(
  [first, ...kinds]: readonly [Kind, ...Kind[]],
  size: number,
  env: Readonly<Record<string, string>>,
): Promise<Fleet> {
  const startNext = () => startServers(kinds.shift(), size, env)
  const servers = [...(await startServers(first, size, env))]
  const nginx = await startNginx(servers.map(({ port }) => port))
  let ahead = startNext()
  return {
    port: nginx.port,
    async replaceAll(between) {
      const next = await ahead
      ahead = startNext()
      for (const [index, server] of next.entries()) {
        const [replaced] = servers.splice(index, 1, server)
        await nginx.route(servers.map(({ port }) => port))
        await between()
        if (replaced) await stopServer(replaced)
      }
    },
    async stop() {
      await nginx.stop()
      await Promise.all([...servers, ...(await ahead)].map(stopServer))
    },
  }
}

async function startServers(
  kind: Kind | undefined,
  size: number,
  env: Readonly<Record<string, string>>,
): Promise<readonly Server[]> {
  if (!kind) return []
  return Promise.all(Array.from({ length: size }, () => startServer(kind, env)))
}

async function startServer(kind: Kind, env: Readonly<Record<string, string>>): Promise<Server> {
  const program = join(import.meta.dirname, `../${kind === 'old' ? 'old' : 'new'}/main.ts`)
  const child = fork(program, {
    env: { PATH: process.env['PATH'], ...env, OLD: kind === 'finished' ? 'end' : 'keep' },
    execArgv: ['--import', 'tsx', '--conditions=@sojourn/source'],
  })
  const [port] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`A server ended with ${code}`))),
  ])
  return { child, port }
}

/** Stops a server once its requests are done. */
async function stopServer({ child }: Server): Promise<void> {
  const ended = once(child, 'exit')
  child.send('stop')
  await ended
}
