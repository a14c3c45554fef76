import type { Served } from './binding-app.ts'
import { runSuite, type Suite } from './suite.ts'

type Fetch = (request: Request) => Response | Promise<Response>

/** The parts of Bun and Deno that serve requests. */
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

/** Serves a fetch handler with the server of Bun or Deno, depending on the runtime. */
export function serveFetch(fetch: Fetch): Served {
  const at = { port: 0, hostname: '127.0.0.1' }
  if (Bun) {
    const server = Bun.serve({ ...at, fetch })
    return { url: `http://127.0.0.1:${server.port}`, close: () => server.stop(true) }
  }
  if (!Deno)
    throw new Error('serveFetch() is for Bun and Deno. On Node make a server, and listen().')
  const server = Deno.serve({ ...at, onListen: () => undefined }, fetch)
  return { url: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() }
}

/**
 * Runs a suite without a test runner, prints failures and counts, and exits the process: 0 if all cases passed, else 1.
 *
 * @param lacking Capabilities that may be missing. Any other case that is not offered counts as a failure.
 */
export async function runAlone(suite: Suite, lacking: readonly string[] = []): Promise<never> {
  const results = await runSuite(suite)
  const failed = results.filter(({ outcome }) => outcome !== 'passed')
  const missing = suite.notOffered.filter(({ lacks }) => !lacking.includes(lacks))
  for (const each of [...failed, ...missing]) console.error(each)
  const passed = results.length - failed.length
  console.log(
    `${suite.name}: ${passed} passed, ${failed.length} failed, ${suite.notOffered.length} not offered`,
  )
  return process.exit(failed.length + missing.length === 0 ? 0 : 1)
}
