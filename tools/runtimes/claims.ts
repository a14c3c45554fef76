// What each package claims to run on, and the program that proves it. test-runtimes runs exactly this; docs/reference/runtimes.md
// shows it.

/** What is used to run JavaScript, by the version that is tested. The oldest Node is the least that `engines` allow. */
export const runtimes = {
  node20: 'Node 20.19.0',
  node22: 'Node 22.23.3',
  node24: 'Node 24.21.0',
  node26: 'Node 26.10.0',
  bun: 'Bun 1.4.5',
  deno: 'Deno 2.9.6',
  workerd: 'workerd 1.20261117.1',
  chromium: 'Chromium',
} as const

export type Runtime = keyof typeof runtimes

export const nodes = ['node20', 'node22', 'node24', 'node26'] as const
const servers = [...nodes, 'bun', 'deno'] as const
const all = [...servers, 'workerd'] as const

/** A package's claim. */
export interface Claim {
  readonly runtimes: readonly Runtime[]
  /** The files in `programs` that prove it. */
  readonly programs: readonly string[]
}

/**
 * By the names of folders in `packages`. The bindings of frameworks on `node:http` claim Node alone: they hold back what a
 * ServerResponse sends, and other runtimes only imitate it.
 */
export const claims: Readonly<Record<string, Claim>> = {
  core: { runtimes: all, programs: ['core'] },
  'store-memory': { runtimes: all, programs: ['store-memory'] },
  'store-cookie': { runtimes: all, programs: ['store-cookie'] },
  'store-redis': { runtimes: servers, programs: ['store-node-redis', 'store-ioredis'] },
  'store-node-redis': { runtimes: servers, programs: ['store-node-redis'] },
  'store-ioredis': { runtimes: servers, programs: ['store-ioredis'] },
  'store-replicated': { runtimes: servers, programs: ['store-replicated'] },
  migrate: { runtimes: servers, programs: ['migrate'] },
  express: { runtimes: nodes, programs: ['express'] },
  koa: { runtimes: nodes, programs: ['koa'] },
  fastify: { runtimes: nodes, programs: ['fastify'] },
  hono: { runtimes: all, programs: ['hono'] },
  web: { runtimes: all, programs: ['web'] },
  nest: { runtimes: nodes, programs: ['nest'] },
  next: { runtimes: nodes, programs: ['next'] },
  'socket.io': { runtimes: nodes, programs: ['socket.io'] },
  node: { runtimes: nodes, programs: ['node'] },
  'device-bound': { runtimes: servers, programs: ['device-bound'] },
  admin: { runtimes: servers, programs: ['admin'] },
  otel: { runtimes: nodes, programs: ['otel'] },
  browser: { runtimes: ['chromium'], programs: ['browser-page'] },
  conformance: { runtimes: servers, programs: ['conformance', 'conformance-command'] },
  cli: { runtimes: nodes, programs: ['cli'] },
}

/** Returns the programs that prove the claims of a runtime, each once. */
export function programsOn(runtime: Runtime): string[] {
  const claimed = Object.values(claims).filter((claim) => claim.runtimes.includes(runtime))
  return [...new Set(claimed.flatMap((claim) => claim.programs))]
}
