import { existsSync, readdirSync } from 'node:fs'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import { locate } from './tools/programs.ts'

const conditions = ['@sojourn/source', ...defaultServerConditions]

const packages = readdirSync('packages').filter((name) => existsSync(`packages/${name}/test`))

const unit = (name: string, root: string) => ({
  extends: true as const,
  test: {
    name,
    root,
    include: ['test/**/*.test.ts'],
    exclude: ['**/*.browser.test.ts', '**/*.redis.test.ts'],
  },
})

/** What needs redis-server: `test:unit` leaves it out. All its tests share the servers that the setup starts. */
const redis = {
  extends: true as const,
  test: {
    name: 'redis',
    root: '.',
    include: ['{packages/*,examples/*,tools/redis-lab}/test/**/*.redis.test.ts'],
    globalSetup: ['tools/redis-lab/src/setup.ts'],
    env: { REDIS_SERVER: locate('redis-server') ?? 'redis-server' },
    sequence: { groupOrder: 1 },
  },
}

/** What needs Chromium: `test:unit` leaves it out. */
const browser = {
  extends: true as const,
  test: {
    name: 'browser',
    root: 'packages',
    include: ['*/test/**/*.browser.test.ts'],
    env: { CHROMIUM: locate('Chromium') ?? 'chromium' },
    sequence: { groupOrder: 2 },
  },
}

const journey = {
  extends: true as const,
  test: {
    name: 'journey',
    root: 'examples',
    include: ['*/test/**/*.test.ts'],
    exclude: ['**/*.redis.test.ts'],
    sequence: { groupOrder: 3 },
  },
}

/** What needs the production servers that `test:frameworks` builds. */
const frameworks = {
  extends: true as const,
  test: {
    name: 'frameworks',
    root: 'examples/frameworks/journey',
    include: ['test/**/*.test.ts'],
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, // for the certificate of the proxy in front
  },
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: ['default', './tools/reporter.ts'],
    // A safety net for tests that hang, not a judgement: the machines are small and shared.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      ...packages.map((name) => unit(name, `packages/${name}`)),
      unit('tools', 'tools'),
      redis,
      browser,
      journey,
      frameworks,
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
  },
})
