import { existsSync, readdirSync } from 'node:fs'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const conditions = ['@sojourn/source', ...defaultServerConditions]

const packages = readdirSync('packages').filter((name) => existsSync(`packages/${name}/test`))

const unit = (name: string, root: string) => ({
  extends: true as const,
  test: { name, root, include: ['test/**/*.test.ts'] },
})

const journey = {
  extends: true as const,
  test: {
    name: 'journey',
    root: 'examples',
    include: ['*/test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    sequence: { groupOrder: 1 },
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
      journey,
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
  },
})
