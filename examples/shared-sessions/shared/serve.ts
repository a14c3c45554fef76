/** Runs a service as a process. */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { SessionManager } from '@sojourn/core'
import { type Environment, readEnvironment } from './environment.ts'
import { openSessions } from './sessions.ts'

/** What an application is made of. */
export interface Setting extends Pick<Environment, 'trustProxy' | 'instance'> {
  readonly manager: SessionManager
}

/** How long requests may take after SIGTERM, in ms. The orchestrators kill later: `stop_grace_period` is 15 s. */
const graceMs = 10_000

/** Serves an application until SIGTERM or SIGINT, then finishes its requests. A wrong environment is printed, and exits with 1. */
export async function serve(createListener: (setting: Setting) => RequestListener): Promise<void> {
  try {
    const environment = readEnvironment(process.env)
    const { manager, close } = await openSessions(environment)
    const server = createServer(createListener({ ...environment, manager }))
    server.listen(environment.port, environment.host)
    await once(server, 'listening')
    console.info(`Listening on ${environment.host}:${environment.port}`)
    const stop = () => finish(server).then(close)
    process.once('SIGTERM', stop).once('SIGINT', stop)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}

/** Accepts no more connections, and resolves when all requests have their responses. */
async function finish(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  server.close()
  await once(server, 'close')
  clearTimeout(cut)
}
