import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { deadLinks, inspect, installScripts, loosePeers } from '../check-packs.ts'
import { publishedManifest, publishedReadme, repository } from '../stage-package.ts'
import { folder } from './folder.ts'

const typed = { 'module-sync': './a.js', require: './cjs/a.js', default: './a.js' }

test('the published manifest has links, entry points for node10, and no sources', () => {
  const exports = {
    '.': { '@sojourn/source': './src/a.ts', ...typed },
    './b': { '@sojourn/source': './src/b.ts', require: './cjs/b.js' },
  }
  const publishConfig = { access: 'public', directory: '.package' }
  const manifest = { name: 'a', scripts: {}, devDependencies: {}, exports, publishConfig }
  expect(publishedManifest(manifest, 'packages/a')).toEqual({
    name: 'a',
    homepage: `${repository}/tree/main/packages/a#readme`,
    repository: { type: 'git', url: `git+${repository}.git`, directory: 'packages/a' },
    bugs: `${repository}/issues`,
    main: './cjs/a.js',
    types: './cjs/a.d.ts',
    typesVersions: { '*': { b: ['./cjs/b.d.ts'] } },
    exports: { '.': typed, './b': { require: './cjs/b.js' } },
    publishConfig: { access: 'public' },
  })
})

test('the published manifest has peers of our own of its own minor version', () => {
  const peerDependencies = { '@sojourn/core': 'workspace:>=0.0.0 <1.0.0', koa: '^3.0.0' }
  const manifest = { exports: {}, publishConfig: {}, peerDependencies }
  expect(publishedManifest(manifest, 'packages/a').peerDependencies).toEqual({
    '@sojourn/core': 'workspace:^',
    koa: '^3.0.0',
  })
})

test('a packed manifest that lets the versions of our packages differ is found', () => {
  const version = '0.3.1'
  const ours = (range: string) => ({ version, peerDependencies: { '@sojourn/core': range } })
  expect(loosePeers({ ...ours('^0.3.1'), dependencies: { '@sojourn/node': '^0.3.1' } })).toEqual([])
  expect(loosePeers({ version, peerDependencies: { koa: '*' } })).toEqual([])
  for (const range of ['>=0.0.0 <1.0.0', '*', '^0.2.0', '0.x'])
    expect(loosePeers(ours(range))).toEqual([`depends on @sojourn/core ${range}, not ^0.3.1`])
  expect(loosePeers({ version, dependencies: { '@sojourn/node': '*' } })).toHaveLength(1)
})

test('a package that runs a script when it is installed is found, however deep', () => {
  const packages = { '': {}, 'node_modules/a': { version: '1.0.0' } }
  expect(installScripts(packages)).toEqual([])
  const path = 'node_modules/a/node_modules/msgpackr-extract'
  expect(installScripts({ ...packages, [path]: { hasInstallScript: true } })).toEqual([
    `${path} runs a script when it is installed: do without it, or say why not`,
  ])
})

test('links of a README are made absolute outside of code, and dead ones are found', () => {
  const readme = '[a](../core/README.md#x) [b](#b) [c](https://c.d) [d](src)\n\n[e]: src/index.ts\n'
  const code = '```md\n[a](../core/README.md)\n```\n'
  expect(publishedReadme(readme + code, 'packages/core')).toBe(
    `[a](${repository}/blob/main/packages/core/README.md#x) [b](#b) [c](https://c.d) ` +
      `[d](${repository}/tree/main/packages/core/src)\n\n` +
      `[e]: ${repository}/blob/main/packages/core/src/index.ts\n${code}`,
  )
  expect(deadLinks(publishedReadme(readme, 'packages/core'))).toEqual([])
  expect(deadLinks(`${readme}[f](${repository}/blob/main/no.md)`)).toEqual(
    ['../core/README.md#x', 'src', `src/index.ts`, `${repository}/blob/main/no.md`].map(
      (link) => `README.md links to ${link}, which leads nowhere`,
    ),
  )
})

function tarball(exports: object, more: Record<string, string> = {}): string {
  const fields = { name: 'a', version: '1.0.0', license: 'MIT', type: 'module' }
  const manifest = { ...fields, main: './cjs/a.js', types: './cjs/a.d.ts', exports }
  const root = folder({
    'package.json': JSON.stringify(manifest),
    'a.js': 'export const a = 1',
    'a.d.ts': 'export declare const a: 1',
    'b.js': 'export const b = 1',
    'cjs/a.js': 'exports.a = 1',
    'cjs/a.d.ts': 'export declare const a: 1',
    'cjs/package.json': '{ "type": "commonjs" }',
    'README.md': '# a',
    LICENSE: 'MIT',
    ...more,
  })
  execFileSync('npm', ['pack', '--silent'], { cwd: root })
  return join(root, 'a-1.0.0.tgz')
}

test('a sound tarball passes', () => {
  expect(inspect(tarball({ '.': typed }))).toEqual([])
})

test('a map without its sources is found', () => {
  const problems = inspect(tarball({ '.': typed }, { 'a.d.ts.map': '{}' }))
  expect(problems).toEqual(['package/a.d.ts.map is packed, and what it maps to is not: drop it'])
})

test('publint refuses a tarball that lacks a file', () => {
  const problems = inspect(tarball({ '.': { ...typed, default: './c.js' } }))
  expect(problems.join()).toContain('./c.js but the file does not exist')
})

test('attw refuses an entry point without types', () => {
  expect(inspect(tarball({ '.': typed, './b': './b.js' })).join()).toContain('attw refuses')
})
