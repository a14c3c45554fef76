/** Runs a demo as a process. PORT comes from the environment. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { type SessionManager, SessionUsageError } from '@sojourn/core'
import { users } from './users.ts'

/** A demo that is ready to answer. */
export interface Demo {
  readonly manager: SessionManager
  readonly listener: RequestListener
}

const { PORT = '3000' } = process.env

/** Makes a demo and listens, until the process is told to end. What the operator has to mend is said in a line. */
export function serve(makeDemo: () => Demo): void {
  try {
    listen(makeDemo)
  } catch (error) {
    if (!(error instanceof SessionUsageError)) throw error
    stop(error.message)
  }
}

function listen(makeDemo: () => Demo) {
  const port = Number(PORT)
  if (!isPort(port)) return stop(`PORT is '${PORT}'. Give a number up to 65535, such as PORT=3001.`)
  const { manager, listener } = makeDemo()
  const server = createServer(listener).listen(port, () => greet(server))
  server.once('error', (error) => stop(whyNot(error)))
  const end = () => shutDown(server, manager.close)
  process.once('SIGINT', end).once('SIGTERM', end)
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535
}

function greet(server: Server) {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : PORT
  const logins = users.map(({ login, password }) => `${login} / ${password}`)
  console.log(`\nThe demo runs at http://localhost:${port}\nSign in as ${logins.join(', ')}\n`)
}

/** Lets requests finish, but not for ever, and then closes the store. */
function shutDown(server: Server, closeStore: () => Promise<void>) {
  setTimeout(() => server.closeAllConnections(), 2000).unref()
  server.close(() => void closeStore())
}

function whyNot(error: Error): string {
  if (!('code' in error) || error.code !== 'EADDRINUSE') return error.message
  return `Port ${PORT} is taken. Choose another one: PORT=${Number(PORT) + 1} npx -y pnpm@10.34.9 start`
}

function stop(message: string) {
  console.error(message)
  process.exitCode = 1
}
