import type { Served } from '@sojourn/conformance/binding'
import type { Fetch } from '../suite.ts'

/** What is used of Bun's and of Deno's own server. */
interface Runtime {
  readonly Bun?: {
    serve(options: { fetch: Fetch; port: number; hostname: string }): {
      readonly port: number
      stop(closesConnections: boolean): Promise<void>
    }
  }
  readonly Deno?: {
    serve(
      options: { port: number; hostname: string; onListen: () => void },
      fetch: Fetch,
    ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> }
  }
}

const { Bun, Deno }: Runtime = globalThis as Runtime

/** Serves an application by the server of the runtime that this runs on. */
export function serve(fetch: Fetch): Served {
  const at = { port: 0, hostname: '127.0.0.1' }
  if (Bun) {
    const server = Bun.serve({ ...at, fetch })
    return { url: `http://127.0.0.1:${server.port}`, close: () => server.stop(true) }
  }
  if (!Deno) throw new Error('This runs on Bun and on Deno; on Node there is a test for vitest.')
  const server = Deno.serve({ ...at, onListen: () => undefined }, fetch)
  return { url: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() }
}
