import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Access, type Endpoint, loopback } from './address.ts'
import { createControl } from './control.ts'
import { freePort } from './free-port.ts'
import { startProcess } from './redis-process.ts'

/** One server of a topology, with the faults that a test can cause. */
export interface RedisNode extends Endpoint {
  /** Has its `redis.conf` and its data. */
  readonly folder: string
  /** Sends a command as an operator with all rights. */
  command(...args: string[]): Promise<unknown>
  /** Kills it as a power failure would: nothing is written, no client is notified. */
  kill(): Promise<void>
  /** Stops it with its connections open, so that it does not reply. */
  freeze(): void
  /** Continues it after `freeze`. */
  thaw(): void
  /** Starts it again after `kill`, on the same port, with the data on its disk. */
  restart(): Promise<void>
  /** Kills it and removes its files. */
  stop(): Promise<void>
}

/** Options of `startNode`. */
export interface NodeOptions {
  /** Lines added to its redis.conf. */
  readonly lines?: readonly string[]
  /** Contents of files that `lines` refer to, by their names in its folder. */
  readonly files?: Readonly<Record<string, string>>
  /** @default a free port */
  readonly port?: number
  /** The credentials of `command`; with them the port uses TLS. */
  readonly access?: Access
  readonly isSentinel?: boolean
}

/** Starts a server on loopback that writes no data to disk unless `SAVE` is sent. */
export async function startNode(options: NodeOptions = {}): Promise<RedisNode> {
  const { port = await freePort(), access, isSentinel = false } = options
  const folder = await mkdtemp(join(tmpdir(), 'redis-lab-'))
  await writeFiles(folder, { port, ...options })
  let server = await startProcess(folder, { isSentinel })
  const control = createControl({ host: loopback, port }, access)

  return {
    host: loopback,
    port,
    folder,
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
