import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { killWithParent } from './kill-with-parent.ts'
import { until } from './until.ts'

/** A redis-server process with its files in one folder. It does not keep this process alive. */
export interface RedisProcess {
  signal(signal: NodeJS.Signals): void
  /** Kills it at once, frozen or not. */
  kill(): Promise<void>
}

/** Starts a server with the `redis.conf` in a folder, and waits until it is ready. */
export async function startProcess(
  folder: string,
  { isSentinel = false } = {},
): Promise<RedisProcess> {
  const log = join(folder, 'redis.log')
  await rm(log, { force: true })
  const args = [join(folder, 'redis.conf'), '--logfile', log, ...(isSentinel ? ['--sentinel'] : [])]
  const child = spawn(process.env['REDIS_SERVER'] ?? 'redis-server', args, { stdio: 'ignore' })
  await once(child, 'spawn')
  const cancel = killWithParent(Number(child.pid), folder)
  child.once('exit', cancel)
  child.unref()
  await until('redis-server to serve', () => serves(log, child.exitCode !== null))
  return {
    signal: (signal) => child.kill(signal),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.ref()
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Returns true if the server's log shows that it is ready; throws if it has exited. */
async function serves(log: string, hasEnded: boolean): Promise<boolean> {
  const text = await readFile(log, 'utf8').catch(() => '')
  if (hasEnded) throw new Error(`redis-server ended before it served:\n${text}`)
  return /Ready to accept connections|\+monitor master/.test(text)
}
