/** A server that a parent process starts, and stops when its requests are done. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Express } from 'express'

/** Serves an application on a free port, which it tells the parent process. A message from there ends it, `close` last. */
export function serve(app: Express, close: () => Promise<void> = async () => undefined): void {
  const server = createServer(app).listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    process.send?.(port)
  })
  server.keepAliveTimeout = 0
  process.once('message', () => server.close(() => void close().finally(() => process.exit())))
  process.once('disconnect', () => process.exit())
}
