import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { limits, problemsOf } from '../check-sizes.ts'
import { packageNames } from '../files.ts'

const root = join(import.meta.dirname, '../..')
const limitOf: Record<string, string> = JSON.parse(readFileSync(limits, 'utf8'))

/** Tests and commands, which no application bundles. */
const notBundled = /^@sojourn\/conformance\/./

test('each entry point has a limit, and no other name', () => {
  const names = packageNames(root).flatMap((folder) => {
    const text = readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')
    const { exports }: { exports: object } = JSON.parse(text)
    const paths = Object.keys(exports).filter((path) => path !== './package.json')
    return paths.map((path) => join('@sojourn', folder, path))
  })
  expect(Object.keys(limitOf).sort()).toEqual(names.filter((name) => !notBundled.test(name)).sort())
})

test('the reference lists the limits', () => {
  const page = readFileSync(join(root, 'docs/reference/packages.md'), 'utf8')
  const rows = page.match(/^\| `@sojourn\/.*` \| [\d.]+ kB \|$/gm)
  expect(rows).toEqual(Object.entries(limitOf).map(([name, limit]) => `| \`${name}\` | ${limit} |`))
})

test('what is too large is found, and a limit that lets a package grow by half', () => {
  const measured = { name: '@sojourn/core', size: 40_000, sizeLimit: 44_000 }
  expect(problemsOf(measured)).toEqual([])
  expect(problemsOf({ ...measured, size: 44_001 }).join()).toContain('44.0 kB are allowed: make it')
  expect(problemsOf({ ...measured, sizeLimit: 60_001 }).join()).toContain('lower the limit')
})
