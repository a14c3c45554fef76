import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

const given = new Set<number>()

/**
 * A port of loopback on which nothing listens, handed out once. It lies below the range from which a system gives
 * outgoing connections theirs, so that the port of a server that is down is still free when it comes back.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(10_000, 32_000)
  if (given.has(port)) return freePort()
  given.add(port)
  return (await isFree(port)) ? port : freePort()
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
