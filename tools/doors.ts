// The doors of the house: everything points at core, core at nothing; bindings and stores never meet.

export interface Door {
  /** What src may import and the manifest may depend on, beside node: builtins. */
  src: string[]
  /** What src may name only in an `import type`. */
  types?: string[]
  /** What test may import as well, and devDependencies may name. */
  test: string[]
}

export const doors: Record<string, Door> = {
  '@sojourn/core': {
    src: [],
    test: [],
  },
  '@sojourn/store-memory': {
    src: ['@sojourn/core'],
    test: ['@sojourn/conformance', '@sojourn/migrate'],
  },
  '@sojourn/migrate': {
    src: ['@sojourn/core'],
    test: [],
  },
  '@sojourn/conformance': {
    src: [],
    types: ['@sojourn/core', 'fast-check'],
    test: ['@sojourn/core'],
  },
  '@sojourn/node': {
    src: ['@sojourn/core'],
    test: ['@sojourn/conformance', 'selfsigned', 'ws'],
  },
  '@sojourn/express': {
    src: ['@sojourn/core', '@sojourn/node', 'express'],
    test: [
      ...['@sojourn/conformance', 'compression', 'express4', 'passport', 'passport-local'],
      ...['playwright-core', 'supertest'],
    ],
  },
  '@sojourn/store-redis': {
    src: ['@sojourn/core', 'msgpackr'],
    test: ['@sojourn/conformance', '@sojourn/redis-lab'],
  },
  '@sojourn/store-node-redis': {
    src: ['@sojourn/core', '@sojourn/store-redis', 'redis'],
    test: ['@sojourn/conformance', '@sojourn/redis-lab', 'redis5'],
  },
  '@sojourn/store-ioredis': {
    src: ['@sojourn/core', '@sojourn/store-redis', 'ioredis'],
    test: ['@sojourn/conformance', '@sojourn/redis-lab', 'ioredis5'],
  },
  '@sojourn/store-cookie': {
    src: ['@sojourn/core', 'jose'],
    test: ['@sojourn/conformance', '@sojourn/migrate', 'playwright-core'],
  },
  '@sojourn/koa': {
    src: ['@sojourn/core', '@sojourn/node', 'koa'],
    test: ['@sojourn/conformance', 'koa2', 'supertest'],
  },
  '@sojourn/hono': {
    src: ['@sojourn/core', 'hono'],
    test: ['@sojourn/conformance', '@hono/node-server', 'hono44'],
  },
  '@sojourn/fastify': {
    src: ['@sojourn/core', '@sojourn/node', 'fastify'],
    test: ['@sojourn/conformance', 'fastify50'],
  },
  '@sojourn/web': {
    src: ['@sojourn/core'],
    test: ['@sojourn/conformance'],
  },
}

export const testTools = ['vitest', 'fast-check']
