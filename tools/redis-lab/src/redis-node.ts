import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Access, type Endpoint, loopback } from './address.ts'
import { createControl } from './control.ts'
import { freePort } from './free-port.ts'
import { startProcess } from './redis-process.ts'

/** One server of a topology, and what can befall it. */
export interface RedisNode extends Endpoint {
  /** What an operator may ask of it, with all rights. */
  command(...words: string[]): Promise<unknown>
  /** The power fails: nothing is written, nobody is told. */
  kill(): Promise<void>
  /** It still holds its connections and answers nothing, until `thaw`. */
  freeze(): void
  thaw(): void
  /** Comes back after `kill`, on the same port and with what it had written. */
  restart(): Promise<void>
  /** Ends it and removes its files. */
  stop(): Promise<void>
}

/** How a node is started. */
export interface NodeOptions {
  /** Lines of redis.conf beyond its address and its folder. */
  readonly lines?: readonly string[]
  /** Files that `lines` name, relative to the folder. */
  readonly files?: Readonly<Record<string, string>>
  readonly port?: number
  /** The rights of `command`, and that the port speaks TLS. */
  readonly access?: Access
  readonly isSentinel?: boolean
}

/** Starts a server on loopback that keeps nothing on disk but its configuration. */
export async function startNode(options: NodeOptions = {}): Promise<RedisNode> {
  const { port = await freePort(), access, isSentinel = false } = options
  const folder = await mkdtemp(join(tmpdir(), 'redis-lab-'))
  await writeFiles(folder, { port, ...options })
  let server = await startProcess(folder, { isSentinel })
  const control = createControl({ host: loopback, port }, access)

  return {
    host: loopback,
    port,
    command: control.command,
    kill,
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    async restart() {
      server = await startProcess(folder, { isSentinel })
    },
    async stop() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }

  async function kill() {
    control.close()
    await server.kill()
  }
}

async function writeFiles(
  folder: string,
  { port, access, isSentinel, lines = [], files = {} }: NodeOptions & { port: number },
): Promise<void> {
  const listen = access ? ['port 0', `tls-port ${port}`] : [`port ${port}`]
  const memoryOnly = isSentinel ? [] : ['save ""', 'appendonly no', 'rdbcompression no']
  const conf = [`bind ${loopback}`, `dir ${folder}`, ...listen, ...memoryOnly, ...lines]
  const all = { ...files, 'redis.conf': `${conf.join('\n')}\n` }
  for (const [name, text] of Object.entries(all))
    await writeFile(join(folder, name), text, { mode: 0o600 })
}
