import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

const taken = new Set<number>()

/**
 * Returns a free port of loopback, each at most once. It is below the range of ephemeral ports, so that the port of a
 * server that is down is still free when it restarts.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(10_000, 32_000)
  if (taken.has(port)) return freePort()
  taken.add(port)
  return (await isFree(port)) ? port : freePort()
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
