import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { roundTrip } from './round-trip.ts'

/** Starts the application in `next-app`, which tools/runtimes/next-app.ts has built, as it is started in production. */
export async function prove(): Promise<void> {
  const words = ['node_modules/next/dist/bin/next', 'start', 'next-app', '--port', '0']
  const server = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const [url] = /http:\/\/localhost:\d+/.exec(line) ?? []
      if (url !== undefined) return await roundTrip(url)
    }
    throw new Error('next start has ended')
  } finally {
    server.kill()
    if (server.exitCode === null) await once(server, 'exit')
  }
}
