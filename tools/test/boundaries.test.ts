import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { cruise, type IConfiguration } from 'dependency-cruiser'
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config'
import { expect, test } from 'vitest'
import { folder } from './folder.ts'

const config: IConfiguration = await extractConfig(
  join(import.meta.dirname, '../../.dependency-cruiser.mjs'),
)

/** A package of the workspace that depends on other packages, which it finds in node_modules as pnpm links them. */
function workspacePackage(name: string, dependencies: string[] = [], more: object = {}) {
  const manifest = {
    name: `@sojourn/${name}`,
    exports: { '.': { '@sojourn/source': './src/index.ts' } },
    dependencies: Object.fromEntries(dependencies.map((other) => [other, 'workspace:^'])),
    ...more,
  }
  return {
    [`packages/${name}/package.json`]: JSON.stringify(manifest),
    [`packages/${name}/src/index.ts`]: 'export type A = 1; export const a = 1',
  }
}

const core = workspacePackage('core')

/** The rules that a tree of files breaks, each with the two files. */
async function violations(files: Record<string, string>): Promise<string[]> {
  const root = folder({ 'package.json': '{}', ...files })
  for (const name of ['core', 'express', 'store-memory', 'redis-lab'])
    for (const at of ['', 'packages/express', 'packages/store-memory', 'packages/conformance'])
      link(root, at, name)
  const options = { ...config.options, ruleSet: config, validate: true, baseDir: root }
  const { output } = await cruise(['packages', 'bench'].filter(within(root)), options)
  if (typeof output === 'string') throw new Error(output)
  return output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
}

function within(root: string) {
  return (path: string) => existsSync(join(root, path))
}

function link(root: string, at: string, name: string): void {
  if (!within(join(root, at))('package.json') || !within(root)(`packages/${name}`)) return
  mkdirSync(join(root, at, 'node_modules/@sojourn'), { recursive: true })
  symlinkSync(join(root, 'packages', name), join(root, at, 'node_modules/@sojourn', name))
}

test('a binding over core passes', async () => {
  expect(
    await violations({
      ...core,
      ...workspacePackage('express', ['@sojourn/core']),
      'packages/express/src/a.ts': `import { a } from '@sojourn/core'\nimport 'node:http'`,
    }),
  ).toEqual([])
})

test.each([
  ['value', `import { a } from '@sojourn/store-memory'`],
  ['type', `import type { A } from '@sojourn/store-memory'`],
  ['re-export', `export { a } from '@sojourn/store-memory'`],
  ['dynamic import', `await import('@sojourn/store-memory')`],
])('a binding must not import a store (%s)', async (_kind, source) => {
  expect(
    await violations({
      ...workspacePackage('store-memory'),
      ...workspacePackage('express', ['@sojourn/store-memory']),
      'packages/express/src/a.ts': source,
    }),
  ).toEqual([
    'express-src: packages/express/src/a.ts → packages/express/node_modules/@sojourn/store-memory/src/index.ts',
  ])
})

test('its tests must not either, nor those of a store import a binding', async () => {
  expect(
    await violations({
      ...workspacePackage('store-memory', [], {
        devDependencies: { '@sojourn/express': 'workspace:^' },
      }),
      ...workspacePackage('express', ['@sojourn/store-memory']),
      'packages/express/test/a.test.ts': `import '@sojourn/store-memory'`,
      'packages/store-memory/test/a.test.ts': `import '@sojourn/express'`,
    }),
  ).toEqual([
    'express-test: packages/express/test/a.test.ts → packages/express/node_modules/@sojourn/store-memory/src/index.ts',
    'store-memory-test: packages/store-memory/test/a.test.ts → packages/store-memory/node_modules/@sojourn/express/src/index.ts',
  ])
})

test('a path into another package is found, from a package and from beside it', async () => {
  const source = `import type { A } from '../../../packages/core/src/index.ts'`
  expect(
    await violations({
      ...core,
      ...workspacePackage('express'),
      'packages/express/src/a.ts': source,
      'bench/src/a.ts': source.replace('../../../', '../../'),
    }),
  ).toEqual([
    'by-path: packages/express/src/a.ts → packages/core/src/index.ts',
    'by-path-from-outside: bench/src/a.ts → packages/core/src/index.ts',
  ])
})

test('core imports nothing from npm, not even a type', async () => {
  expect(
    await violations({
      ...workspacePackage('core', ['jose']),
      'node_modules/jose/package.json': '{"name":"jose","exports":{"types":"./a.d.ts"}}',
      'node_modules/jose/a.d.ts': 'export type A = 1',
      'packages/core/src/errors.ts': `import type { A } from 'jose'\nimport 'node:crypto'`,
    }),
  ).toEqual(['core-src-alone: packages/core/src/errors.ts → node_modules/jose/a.d.ts'])
})

test.each([
  ['core-util', 'util/a.ts', 'session/b.ts'],
  ['core-errors', 'errors.ts', 'util/b.ts'],
  ['core-data', 'data/a.ts', 'record/b.ts'],
  ['core-store', 'store/a.ts', 'store.ts'],
  ['core-testing', 'testing.ts', 'binding.ts'],
  ['core-unlisted-folder', 'other/a.ts', 'util/b.ts'],
])('%s: %s must not import %s', async (rule, from, to) => {
  expect(
    await violations({
      ...core,
      [`packages/core/src/${from}`]: `import type { B } from '@/${to}'`.replace(
        '@/',
        from.includes('/') ? '../' : './',
      ),
      [`packages/core/src/${to}`]: 'export type B = 1',
    }),
  ).toEqual([`${rule}: packages/core/src/${from} → packages/core/src/${to}`])
})

test('a cycle of types is a cycle', async () => {
  expect(
    await violations({
      ...core,
      'packages/core/src/util/a.ts': `import type { B } from './b.ts'\nexport const a = 1`,
      'packages/core/src/util/b.ts': `import { a } from './a.ts'\nexport type B = 1`,
    }),
  ).toEqual(['no-cycle: packages/core/src/util/a.ts → packages/core/src/util/b.ts'])
})

test('what no manifest declares is found, and what is not there at all', async () => {
  expect(
    await violations({
      ...core,
      ...workspacePackage('express'),
      'packages/express/src/a.ts': `import '@sojourn/core'\nimport 'nowhere'`,
    }),
  ).toEqual([
    'undeclared: packages/express/src/a.ts → nowhere',
    'undeclared: packages/express/src/a.ts → packages/express/node_modules/@sojourn/core/src/index.ts',
  ])
})

test('src imports no devDependency, and the suites take values from no package', async () => {
  expect(
    await violations({
      ...core,
      ...workspacePackage('express', [], { devDependencies: { '@sojourn/core': 'workspace:^' } }),
      ...workspacePackage('conformance', ['@sojourn/core']),
      'packages/express/src/a.ts': `import type { A } from '@sojourn/core'`,
      'packages/conformance/src/a.ts': `import { a } from '@sojourn/core'`,
      'packages/conformance/src/b.ts': `import type { A } from '@sojourn/core'`,
    }),
  ).toEqual([
    'conformance-src-types: packages/conformance/src/a.ts → packages/conformance/node_modules/@sojourn/core/src/index.ts',
    'dev-dependency: packages/express/src/a.ts → packages/express/node_modules/@sojourn/core/src/index.ts',
  ])
})

test('a package that the table does not list is named', async () => {
  expect(
    await violations({
      ...workspacePackage('other'),
      'packages/other/src/a.ts': `import './index.ts'`,
    }),
  ).toEqual(['unlisted-package: packages/other/src/a.ts → packages/other/src/index.ts'])
})
