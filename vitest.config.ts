import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import { locate } from './tools/programs.ts'
import { LongestFirst } from './tools/sequencer.ts'

// Node knows no condition `module`: what it names in OpenTelemetry's packages is for bundlers alone.
const serverConditions = defaultServerConditions.filter((condition) => condition !== 'module')
const conditions = ['@sojourn/source', ...serverConditions]

const packages = readdirSync('packages').filter((name) => existsSync(`packages/${name}/test`))

const programs = {
  REDIS_SERVER: locate('redis-server') ?? 'redis-server',
  CHROMIUM: locate('Chromium') ?? 'chromium',
  NGINX_BINARY: locate('nginx') ?? 'nginx',
  POSTGRES: locate('PostgreSQL') ?? 'postgres',
}

/** What needs no other program. The files of a worker share their modules: most of the time goes into loading them. */
const unit = (name: string, root: string) => ({
  extends: true as const,
  test: {
    name,
    root,
    include: ['test/**/*.test.ts'],
    exclude: ['**/*.{browser,proxy,redis,long}.test.ts'],
    isolate: false,
  },
})

/** What needs redis-server. All its tests share the servers that the setup starts. */
const redis = {
  extends: true as const,
  test: {
    name: 'redis',
    root: '.',
    include: ['{packages/*,examples/*,tools/redis-lab}/test/**/*.redis.test.ts'],
    globalSetup: ['tools/redis-lab/src/setup.ts'],
    env: programs,
  },
}

/** What needs Chromium or nginx. */
const browser = {
  extends: true as const,
  test: {
    name: 'browser',
    root: 'packages',
    include: ['*/test/**/*.{browser,proxy}.test.ts'],
    env: programs,
  },
}

const journey = {
  extends: true as const,
  test: {
    name: 'journey',
    root: 'examples',
    include: ['*/test/**/*.test.ts'],
    exclude: ['**/*.{redis,long}.test.ts'],
    env: programs,
  },
}

/** What takes long, and so is left out of `test`: whole files, and the models once more at their full size. */
const long = {
  extends: true as const,
  test: {
    name: 'long',
    root: '.',
    include: [
      '{packages/*,examples/*,tools,site}/test/**/*.long.test.ts',
      'packages/*/test/**/{model,*.model,model.redis}.test.ts',
      'examples/*/test/migration{,.redis}.test.ts',
    ],
    globalSetup: ['tools/redis-lab/src/setup.ts'],
    env: {
      ...programs,
      USERS: '2000',
      THEFTS: '3',
      REQUESTS: '6000',
      PEOPLE: '1000',
      OPERATIONS: '100000',
      MUTATIONS: '100000',
      REDIS_OPERATIONS: '3000',
    },
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

/** `browser` is the project of all tests in Chromium, and the package of that name is another one. */
const projectOf = (name: string) => (name === browser.test.name ? 'browser-package' : name)

/** The tests of `@sojourn/nest`, on an older version of NestJS: the folder of a package that depends on it. */
const nest = (folder: string) => {
  const root = `${import.meta.dirname}/packages/nest/test/${folder}/node_modules`
  const alias = [{ find: /^(@nestjs\/[\w.-]+|rxjs|reflect-metadata)$/, replacement: `${root}/$1` }]
  return { ...unit(folder, 'packages/nest'), resolve: { conditions, alias } }
}

const units = [
  ...packages.map((name) => unit(projectOf(name), `packages/${name}`)),
  unit('tools', 'tools'),
  unit('site', 'site'),
]
const quick = [...units, redis, browser, journey]

/** What the scripts of package.json run, by SOJOURN_TEST. Without it there is every project to choose from. */
const all = [...quick, long, nest('nest-10'), nest('nest-11')]
const sets = { unit: units, quick, all, everything: [...all, frameworks] }
const set = process.env['SOJOURN_TEST'] ?? 'everything'
if (!(set in sets)) throw new Error(`SOJOURN_TEST is ${set}. Give one of ${Object.keys(sets)}`)

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: ['./tools/reporter.ts'],
    silent: 'passed-only',
    // Half as many again as cores, because what asks Redis and Chromium mostly waits.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: LongestFirst },
    // A safety net for tests that hang, not a judgement: the machines are small and shared.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: sets[set as keyof typeof sets],
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
  },
})
