// Checks who may import whom: packages, the folders of core, npm packages by manifest, and no cycles. Type imports count.

/** The packages of this repository that the `src` of a package may import, by name. */
const packages = {
  core: [],
  migrate: ['core'],
  'store-memory': ['core'],
  'store-cookie': ['core'],
  'store-redis': ['core'],
  'store-node-redis': ['core', 'store-redis'],
  'store-ioredis': ['core', 'store-redis'],
  node: ['core'],
  express: ['core', 'node'],
  koa: ['core', 'node'],
  fastify: ['core', 'node'],
  hono: ['core'],
  web: ['core'],
  nest: ['core', 'express', 'fastify'],
  next: ['core', 'web'],
  'socket.io': ['core'],
  admin: ['core'],
  conformance: ['core'],
  browser: [],
  otel: ['core'],
  'store-replicated': ['core'],
  'device-bound': ['core'],
  cli: ['core', 'migrate', 'store-cookie', 'store-node-redis', 'store-redis'],
}

/** What tests may import as well. */
const forTests = {
  core: ['conformance'],
  migrate: ['conformance', 'express', 'redis-lab', 'store-node-redis'],
  'store-memory': ['conformance', 'migrate'],
  'store-cookie': ['conformance', 'migrate', 'store-memory'],
  'store-redis': ['conformance'],
  'store-node-redis': ['conformance', 'redis-lab'],
  'store-ioredis': ['conformance', 'redis-lab'],
  node: ['conformance'],
  express: ['conformance'],
  koa: ['conformance'],
  fastify: ['conformance'],
  hono: ['conformance'],
  web: ['conformance'],
  nest: ['conformance'],
  next: ['conformance'],
  'socket.io': ['conformance'],
  admin: ['conformance', 'redis-lab', 'store-memory', 'store-node-redis'],
  browser: ['core', 'express', 'store-memory'],
  otel: ['conformance', 'express', 'fastify', 'hono', 'koa', 'store-memory'],
  'store-replicated': [
    'conformance',
    'redis-lab',
    'store-memory',
    'store-node-redis',
    'store-ioredis',
  ],
  'device-bound': [
    'conformance',
    'node',
    'redis-lab',
    'store-memory',
    'store-node-redis',
    'store-ioredis',
  ],
  cli: ['redis-lab', 'store-ioredis'],
}

/** The folders and files of core, lowest first. They import from lower levels only, not from their neighbours. */
const levels = [
  ['error-cause.ts'],
  ['errors.ts'],
  ['util/'],
  ['http/'],
  ['data/', 'record/'],
  ['device-binding/'],
  ['events.ts', 'tracing.ts'],
  ['store/'],
  ['keyed/', 'options/'],
  ['session/'],
  ['watch/', 'guards/', 'inspect/'],
  ['manager/'],
  ['index.ts', 'store.ts', 'binding.ts', 'secrets.ts', 'testing.ts', 'client.ts'],
]

const core = '^packages/core/src/'
const any = (names) => `(${names.join('|')})`
const named = (names) => `(^|/)node_modules/@sojourn/${any(names)}/`

const packageRules = Object.entries(packages).flatMap(([name, allowed]) => {
  const rule = (part, names) => ({
    name: `${name}-${part}`,
    comment: `packages/${name}/${part} may import ${names.join(', ') || 'no other package'}`,
    from: { path: `^packages/${name}/${part}/` },
    to: { path: named(['[^/]+']), pathNot: named(names.length > 0 ? names : ['-']) },
  })
  return [rule('src', allowed), rule('test', [name, ...allowed, ...(forTests[name] ?? [])])]
})

const folderRules = levels.flatMap((level, index) =>
  level.map((part) => {
    const lower = levels.slice(0, index).flat()
    return {
      name: `core-${part.replace(/\W.*/, '')}`,
      comment: `${part} may import ${lower.join(', ') || 'nothing'}`,
      from: { path: core + part },
      to: { path: core, pathNot: core + any([part, ...lower]) },
    }
  }),
)

const rules = [
  {
    name: 'no-cycle',
    comment: 'Files must not import each other in a circle, by types neither',
    from: {},
    to: { circular: true },
  },
  ...packageRules,
  {
    name: 'unlisted-package',
    comment: 'A package needs a line in the table of .dependency-cruiser.mjs',
    from: { path: '^packages/', pathNot: `^packages/${any(Object.keys(packages))}/` },
    to: {},
  },
  {
    name: 'core-src-alone',
    comment: 'core has no dependencies: it imports its own files and node: modules only',
    from: { path: core, pathNot: `${core}client.ts$` },
    to: { pathNot: core, dependencyTypesNot: ['core'] },
  },
  {
    name: 'core-client-parser',
    comment: 'core/client imports one package beside files of core: the parser, an optional peer',
    from: { path: `${core}client.ts$` },
    to: { pathNot: [core, '(^|/)node_modules/bowser/'], dependencyTypesNot: ['core'] },
  },
  {
    name: 'conformance-src-types',
    comment:
      'The suites import types only: the values are those of the package under test. The command is no suite, and storeSuiteOver lends a backend the store of core',
    from: {
      path: '^packages/conformance/src/',
      pathNot: [
        '^packages/conformance/src/cli/',
        '^packages/conformance/src/store-suite-over\\.ts$',
      ],
    },
    to: {
      pathNot: ['^packages/conformance/src/', 'node_modules/@sojourn/core/src/testing'],
      dependencyTypesNot: ['type-only', 'core'],
    },
  },
  {
    name: 'by-path',
    comment: 'Packages are imported by name, not by a path into their folder',
    from: { path: '^packages/([^/]+)/' },
    to: { path: '^(packages|bench|examples|tools)/', pathNot: '^packages/$1/' },
  },
  {
    name: 'by-path-from-outside',
    comment: 'Packages are imported by name, not by a path into their folder',
    from: { pathNot: '^packages/' },
    to: { path: '^packages/' },
  },
  {
    name: 'otel-prometheus-alone',
    comment: '@sojourn/otel/prometheus is for applications without OpenTelemetry',
    from: { path: '^packages/otel/src/prometheus.ts$' },
    to: { path: 'node_modules/@opentelemetry/', reachable: true },
  },
  ...folderRules,
  {
    name: 'core-unlisted-folder',
    comment: 'A folder of core needs a level in .dependency-cruiser.mjs',
    from: { path: core, pathNot: core + any(levels.flat()) },
    to: {},
  },
  {
    name: 'undeclared',
    comment: 'What is imported must be in the nearest package.json',
    from: {},
    to: {
      dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'],
      dependencyTypesNot: ['npm', 'npm-dev', 'npm-peer'],
      // The root's, for the tests of all packages; and Next.js, which examples/frameworks installs.
      pathNot: ['^node_modules/(vitest|fast-check)/', '^next/'],
    },
  },
  {
    name: 'dev-dependency',
    comment: 'src may import dependencies and peers, which are installed with the package',
    from: { path: '^packages/[^/]+/src/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer'] },
  },
]

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: rules.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    tsPreCompilationDeps: true,
    exclude: {
      path: [
        '^(packages|examples)/[^/]+/(dist|\\.package)/',
        '^(bench|site)/dist/',
        '^examples/frameworks/',
      ],
    },
    doNotFollow: { path: '(^|/)node_modules/' },
    // Packages stay at their names in node_modules, so an import by name is told apart from one by path.
    preserveSymlinks: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@sojourn/source', 'types', 'import', 'node', 'default'],
    },
  },
}
