/** Runs a demo as a process. HOST, PORT, TLS_KEY and TLS_CERT come from the environment. */
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type SessionManager, SessionUsageError } from '@sojourn/core'
import { users } from './users.ts'

/** A demo that is ready for requests. */
export interface Demo {
  readonly manager: SessionManager
  readonly listener: RequestListener
}

const loopback = '127.0.0.1'
const { HOST = loopback, PORT = '3000', TLS_KEY, TLS_CERT } = process.env

/** Creates a demo and listens until SIGINT or SIGTERM. Prints what the operator must change, without a stack trace. */
export function serve(makeDemo: () => Demo): void {
  try {
    listen(makeDemo)
  } catch (error) {
    if (!isOfOperator(error)) throw error
    stop(error.message)
  }
}

/** A wrong option, or a file of TLS that cannot be read. */
function isOfOperator(error: unknown): error is Error {
  return error instanceof SessionUsageError || (error instanceof Error && 'syscall' in error)
}

function listen(makeDemo: () => Demo) {
  const port = Number(PORT)
  if (!isPort(port)) return stop(`PORT is '${PORT}'. Give a number up to 65535, such as PORT=3001.`)
  const { manager, listener } = makeDemo()
  const server = serverFor(listener).listen(port, HOST, () => greet(server))
  server.once('error', (error) => stop(reasonOf(error)))
  const end = () => shutDown(server, manager.close)
  process.once('SIGINT', end).once('SIGTERM', end)
}

/** With the files of a key and a certificate it serves HTTPS. */
function serverFor(listener: RequestListener): Server {
  if (TLS_KEY === undefined || TLS_CERT === undefined) return createServer(listener)
  return createTlsServer({ key: readFileSync(TLS_KEY), cert: readFileSync(TLS_CERT) }, listener)
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535
}

function greet(server: Server) {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : PORT
  const logins = users.map(({ login, password }) => `${login} / ${password}`)
  const scheme = TLS_KEY === undefined || TLS_CERT === undefined ? 'http' : 'https'
  console.log(`\nThe demo runs at ${scheme}://localhost:${port}\nSign in as ${logins.join(', ')}\n`)
  if (isLoopback(HOST)) return
  console.warn(
    `HOST is ${HOST}: the demo listens beyond this machine, and everybody who reaches it knows its passwords.\n`,
  )
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/** Gives open requests two seconds to finish, then closes the store. */
function shutDown(server: Server, closeStore: () => Promise<void>) {
  setTimeout(() => server.closeAllConnections(), 2000).unref()
  server.close(() => void closeStore())
}

function reasonOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST is '${HOST}', which is no address of this machine. Leave it out, or give HOST=0.0.0.0 for all.`
  if (code !== 'EADDRINUSE') return error.message
  return `Port ${PORT} is taken. Choose another one: PORT=${Number(PORT) + 1} npx -y pnpm@10.34.9 start`
}

function stop(message: string) {
  console.error(message)
  process.exitCode = 1
}
