import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { killWithParent } from './kill-with-parent.ts'
import { until } from './until.ts'

/** A redis-server of which the files lie in one folder. It holds this process open no longer than it has work. */
export interface RedisProcess {
  signal(signal: NodeJS.Signals): void
  /** Ends it at once, frozen or not. */
  kill(): Promise<void>
}

/** Starts what `redis.conf` in the folder describes, and waits until it serves. */
export async function startProcess(
  folder: string,
  { isSentinel = false } = {},
): Promise<RedisProcess> {
  const log = join(folder, 'redis.log')
  await rm(log, { force: true })
  const words = [
    join(folder, 'redis.conf'),
    '--logfile',
    log,
    ...(isSentinel ? ['--sentinel'] : []),
  ]
  const child = spawn(process.env['REDIS_SERVER'] ?? 'redis-server', words, { stdio: 'ignore' })
  await once(child, 'spawn')
  const lift = killWithParent(Number(child.pid), folder)
  child.once('exit', lift)
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

/** Only its log tells when a server serves. */
async function serves(log: string, hasEnded: boolean): Promise<boolean> {
  const text = await readFile(log, 'utf8').catch(() => '')
  if (hasEnded) throw new Error(`redis-server ended before it served:\n${text}`)
  return /Ready to accept connections|\+monitor master/.test(text)
}
