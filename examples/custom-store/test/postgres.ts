import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Pool } from 'pg'

/** A server of PostgreSQL for one test file. */
export interface Postgres {
  readonly pool: Pool
  stop(): Promise<void>
}

/** Starts a server on an empty database. As root it runs as the user postgres, because it refuses root. */
export async function startPostgres(): Promise<Postgres> {
  const binary = process.env['POSTGRES'] ?? 'postgres'
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
  const owner = ownerOf(folder)
  const data = join(folder, 'data')
  const initdb = join(dirname(realBinary(binary)), 'initdb')
  execFileSync(initdb, ['-D', data, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--no-sync'], owner)
  const port = await freePort()
  const words = ['-D', data, '-p', `${port}`, '-k', folder, '-c', 'fsync=off', '-h', '127.0.0.1']
  const server = spawn(binary, words, { ...owner, stdio: 'ignore' })
  const pool = new Pool({ host: '127.0.0.1', port, user: 'test', database: 'postgres', max: 20 })
  pool.on('error', () => undefined)
  await untilItReplies(pool)
  return {
    pool,
    async stop() {
      await pool.end()
      server.kill('SIGINT')
      await once(server, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}

function ownerOf(folder: string): { uid?: number; gid?: number; cwd: string } {
  if (userInfo().uid !== 0) return { cwd: folder }
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres']).toString())
  const owner = { uid: idOf('-u'), gid: idOf('-g') }
  chownSync(folder, owner.uid, owner.gid)
  return { ...owner, cwd: folder }
}

function realBinary(binary: string): string {
  return execFileSync('sh', ['-c', 'readlink -f "$(command -v "$0")"', binary]).toString().trim()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = Object(server.address()) as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function untilItReplies(pool: Pool): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const replies = await pool.query('select 1').then(
      () => true,
      () => false,
    )
    if (replies) return
    await wait(50)
  }
  throw new Error('PostgreSQL does not start')
}
