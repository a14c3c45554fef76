import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inspect, whyDrifted } from '../check-packs.ts'
import { folder } from './folder.ts'

const typed = { types: './a.d.ts', default: './a.js' }

test('exports maps that disagree are found', () => {
  const exports = { '.': { '@sojourn/source': './src/a.ts', ...typed } }
  expect(whyDrifted({ exports, publishConfig: { exports: { '.': typed } } })).toBeUndefined()
  expect(whyDrifted({ exports, publishConfig: { exports: {} } })).toContain('differs')
})

function tarball(exports: object, more: Record<string, string> = {}): string {
  const manifest = { name: 'a', version: '1.0.0', license: 'MIT', type: 'module', exports }
  const root = folder({
    'package.json': JSON.stringify(manifest),
    'a.js': 'export const a = 1',
    'a.d.ts': 'export declare const a: 1',
    'b.js': 'export const b = 1',
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
