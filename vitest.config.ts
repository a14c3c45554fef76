import { existsSync, readdirSync } from 'node:fs'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import { locate } from './tools/programs.ts'

const conditions = ['@sojourn/source', ...defaultServerConditions]

const packages = readdirSync('packages').filter((name) => existsSync(`packages/${name}/test`))

const unit = (name: string, root: string) => ({
  extends: true as const,
  test: { name, root, include: ['test/**/*.test.ts'], exclude: ['**/*.browser.test.ts'] },
})

/** What needs Chromium: `test:unit` leaves it out. */
const browser = {
  extends: true as const,
  test: {
    name: 'browser',
    root: 'packages',
    include: ['*/test/**/*.browser.test.ts'],
    env: { CHROMIUM: locate('Chromium') ?? 'chromium' },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    sequence: { groupOrder: 1 },
  },
}

const journey = {
  extends: true as const,
  test: {
    name: 'journey',
    root: 'examples',
    include: ['*/test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    sequence: { groupOrder: 2 },
  },
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: ['default', './tools/reporter.ts'],
    projects: [
      ...packages.map((name) => unit(name, `packages/${name}`)),
      unit('tools', 'tools'),
      browser,
      journey,
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
  },
})
