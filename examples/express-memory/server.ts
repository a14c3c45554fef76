/** Starts the demo. PORT and SESSION_SECRET come from the environment. */
import type { Server } from 'node:http'
import { createSessionManager, devConfig, SessionUsageError } from '@sojourn/core'
import { memoryStore } from '@sojourn/store-memory'
import { createApp } from './app.ts'
import { limits } from './settings.ts'
import { users } from './users.ts'

const { PORT = '3000', SESSION_SECRET } = process.env

try {
  start()
} catch (error) {
  if (!(error instanceof SessionUsageError)) throw error
  stop(error.message)
}

function start() {
  const port = Number(PORT)
  if (!isPort(port)) return stop(`PORT is '${PORT}'. Give a number up to 65535, such as PORT=3001.`)
  const manager = createSessionManager(
    devConfig(SESSION_SECRET, { ...limits, store: memoryStore() }),
  )
  const server = createApp({ manager }).listen(port, (error) =>
    error ? stop(whyNot(error)) : greet(server),
  )
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
