import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A redis-server of its own on a free port. */
export async function startServer() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await new Promise((resolve) => probe.close(resolve))
  const server = spawn(
    process.env['REDIS_SERVER'] ?? 'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  for await (const chunk of server.stdout) if (String(chunk).includes('Ready to accept')) break
  return { port, stop: () => server.kill('SIGKILL') }
}

let serial = 0

export function freshPrefix(): string {
  return `sess:${serial++}:`
}

/** All keys below a prefix, and what Redis itself would write of each to its disk. */
export async function dump(
  client: { sendCommand(words: string[], options: object): Promise<unknown> },
  prefix: string,
): Promise<Uint8Array> {
  const keys = await client.sendCommand(['KEYS', `${prefix}*`], {})
  const parts = [Buffer.from(String(keys))]
  for (const key of Array.isArray(keys) ? keys : []) {
    const bytes = await client.sendCommand(['DUMP', String(key)], { typeMapping: { 36: Buffer } })
    if (Buffer.isBuffer(bytes)) parts.push(Buffer.from(bytes))
  }
  return Buffer.concat(parts)
}
