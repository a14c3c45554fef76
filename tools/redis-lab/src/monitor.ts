import { randomUUID } from 'node:crypto'
import { createClient } from 'redis'
import type { Endpoint } from './address.ts'
import { until } from './until.ts'

/** The commands that a server received, each as its arguments: from clients, and from scripts. */
export interface Traffic {
  readonly sent: readonly (readonly string[])[]
  readonly scripted: readonly (readonly string[])[]
}

/** Observes a server through `MONITOR`. */
export interface TrafficMonitor {
  /** Returns the commands that the server received while `run` ran. */
  during(run: () => Promise<unknown>): Promise<Traffic>
  stop(): void
}

/** Starts to observe a server that has no other clients. */
export async function monitorTraffic({ host, port }: Endpoint): Promise<TrafficMonitor> {
  const [monitor, marker] = [0, 1].map(() => createClient({ socket: { host, port } }))
  if (!monitor || !marker) throw new Error('Two clients were made')
  for (const client of [monitor, marker]) await client.on('error', console.error).connect()
  const lines: string[] = []
  await monitor.monitor((line) => void lines.push(String(line)))

  /** Returns the lines so far. Once `MONITOR` shows the marker's own command, it has shown everything before it. */
  const drain = async () => {
    const token = randomUUID()
    await marker.echo(token)
    await until('MONITOR to catch up', () => lines.some((line) => line.includes(token)))
    return lines.splice(0).filter((line) => !line.includes(token))
  }

  return {
    async during(run) {
      await drain()
      await run()
      const seen = await drain()
      const isScripted = (line: string) => /^\S+ \[\d+ lua\]/.test(line)
      return {
        sent: seen.filter((line) => !isScripted(line)).map(argsOf),
        scripted: seen.filter(isScripted).map(argsOf),
      }
    },
    stop() {
      monitor.destroy()
      marker.destroy()
    },
  }
}

/** Parses a line: `1700000000.1 [0 127.0.0.1:50000] "GET" "key"` → `GET`, `key`. */
function argsOf(line: string): string[] {
  return Array.from(line.matchAll(/"((?:[^"\\]|\\.)*)"/g), ([, arg = '']) => arg)
}
