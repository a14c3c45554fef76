import { randomUUID } from 'node:crypto'
import { createClient } from 'redis'
import type { Endpoint } from './address.ts'
import { until } from './until.ts'

/** What a server was asked, each command as its words: by clients, and by the scripts that clients ran. */
export interface Traffic {
  readonly sent: readonly (readonly string[])[]
  readonly scripted: readonly (readonly string[])[]
}

/** Looks at a server through `MONITOR`. */
export interface TrafficMonitor {
  /** All that the server was asked while something ran. */
  during(run: () => Promise<unknown>): Promise<Traffic>
  stop(): void
}

/** Begins to look at a server that nobody else uses. */
export async function monitorTraffic({ host, port }: Endpoint): Promise<TrafficMonitor> {
  const [monitor, marker] = [0, 1].map(() => createClient({ socket: { host, port } }))
  if (!monitor || !marker) throw new Error('Two clients were made')
  for (const client of [monitor, marker]) await client.on('error', console.error).connect()
  const lines: string[] = []
  await monitor.monitor((line) => void lines.push(String(line)))

  /** When `MONITOR` shows my own command, it has shown whatever came before. */
  const settle = async () => {
    const mark = randomUUID()
    await marker.echo(mark)
    await until('MONITOR to catch up', () => lines.some((line) => line.includes(mark)))
    return lines.splice(0).filter((line) => !line.includes(mark))
  }

  return {
    async during(run) {
      await settle()
      await run()
      const seen = await settle()
      const isScripted = (line: string) => /^\S+ \[\d+ lua\]/.test(line)
      return {
        sent: seen.filter((line) => !isScripted(line)).map(wordsOf),
        scripted: seen.filter(isScripted).map(wordsOf),
      }
    },
    stop() {
      monitor.destroy()
      marker.destroy()
    },
  }
}

/** `1700000000.1 [0 127.0.0.1:50000] "GET" "key"` → `GET`, `key`. */
function wordsOf(line: string): string[] {
  return Array.from(line.matchAll(/"((?:[^"\\]|\\.)*)"/g), ([, word = '']) => word)
}
