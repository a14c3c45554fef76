import { expect, test } from 'vitest'
import { checkDoors } from '../check-doors.ts'
import { folder } from './folder.ts'

const manifest = (name: string, rest = {}) => JSON.stringify({ name: `@sojourn/${name}`, ...rest })

function messages(files: Record<string, string>): string[] {
  const root = folder(files)
  return checkDoors(root).map(({ file, line, message }) =>
    `${file.slice(root.length + 1)}:${line} ${message}`.replace(/: the doors.*/, ''),
  )
}

test('core may import the platform and itself, and nothing else', () => {
  const source = `import 'node:crypto'\nimport './a.ts'\nimport 'jose'\nimport type {} from 'express'\n`
  expect(
    messages({ 'packages/core/package.json': manifest('core'), 'packages/core/src/a.ts': source }),
  ).toEqual([
    'packages/core/src/a.ts:3 src may not import jose as a value',
    'packages/core/src/a.ts:4 src may not import express even by import type',
  ])
})

test('conformance takes only types from core', () => {
  const source = `import type { A } from '@sojourn/core'\nexport { b } from '@sojourn/core'\n`
  expect(
    messages({
      'packages/conformance/package.json': manifest('conformance'),
      'packages/conformance/src/a.ts': source,
    }),
  ).toEqual(['packages/conformance/src/a.ts:2 src may not import @sojourn/core as a value'])
})

test('nobody reaches into another package by path, and bindings and stores never meet', () => {
  const source = `import '../../core/src/a.ts'\nawait import('@sojourn/express')\n`
  expect(
    messages({
      'packages/store-memory/package.json': manifest('store-memory'),
      'packages/store-memory/test/a.test.ts': source,
    }),
  ).toEqual([
    'packages/store-memory/test/a.test.ts:1 test may not import ../../core/src/a.ts as a value',
    'packages/store-memory/test/a.test.ts:2 test may not import @sojourn/express as a value',
  ])
})

test('devDependencies obey too', () => {
  const dev = { devDependencies: { '@sojourn/store-memory': 'workspace:^', '@types/express': '5' } }
  expect(messages({ 'packages/express/package.json': manifest('express', dev) })).toEqual([
    'packages/express/package.json:1 may not depend on @sojourn/store-memory',
  ])
})

test('a package without a door is named', () => {
  expect(messages({ 'packages/x/package.json': manifest('x') })).toEqual([
    'packages/x/package.json:1 @sojourn/x has no door',
  ])
})

test.each(['bench/src/a.ts', 'examples/a/server.ts', 'tools/redis-lab/src/a.ts'])(
  '%s imports packages by name only',
  (file) => {
    const source = `import '@sojourn/core'\nimport '../../packages/core/src/index.ts'\n`
    expect(messages({ 'packages/core/package.json': manifest('core'), [file]: source })).toEqual([
      `${file}:2 import ../../packages/core/src/index.ts by its name`,
    ])
  },
)
