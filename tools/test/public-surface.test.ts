import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { compilerOptions } from '../check-docs.ts'
import { packageNames } from '../files.ts'

// A change of the public surface shows in api.txt of its package. `vitest run --project tools -u` writes it.

const root = join(import.meta.dirname, '../..')
const packages = packageNames(root)
const entries = packages.flatMap(entryPoints)

const program = ts.createProgram(
  entries.map(({ source }) => source),
  compilerOptions(),
)
const checker = program.getTypeChecker()

/** The entry points of a package: what its manifest exports, and the source of each. */
function entryPoints(packageName: string) {
  const folder = join(root, 'packages', packageName)
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return Object.entries<{ '@sojourn/source'?: string }>(exports).flatMap(
    ([path, { '@sojourn/source': source }]) =>
      source ? [{ packageName, name: join(name, path), source: join(folder, source) }] : [],
  )
}

/** The exports of a module: values as it has them when it runs; the rest are types. */
async function exportsOf(source: string) {
  const file = program.getSourceFile(source)
  const module = file && checker.getSymbolAtLocation(file)
  if (!module) throw new Error(`${source} exports nothing`)
  const running: object = await import(/* @vite-ignore */ source)
  const symbols = checker.getExportsOfModule(module).sort((a, b) => (a.name < b.name ? -1 : 1))
  const values: string[] = []
  const types: string[] = []
  for (const symbol of symbols)
    if (symbol.name in running)
      values.push(`${kindOf(symbol, Reflect.get(running, symbol.name))} ${symbol.name}`)
    else types.push(`type ${symbol.name}`)
  return { values, types }
}

function kindOf(symbol: ts.Symbol, value: unknown): 'class' | 'function' | 'const' {
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0
  const { flags } = isAlias ? checker.getAliasedSymbol(symbol) : symbol
  if (flags & ts.SymbolFlags.Class) return 'class'
  return typeof value === 'function' ? 'function' : 'const'
}

test.each(packages)('%s exports what its api.txt lists', async (packageName) => {
  const sections = entries
    .filter((entry) => entry.packageName === packageName)
    .map(async ({ name, source }) => {
      const { values, types } = await exportsOf(source)
      return `${[name, ...values, ...types].join('\n  ')}\n`
    })
  const surface = (await Promise.all(sections)).join('\n')
  await expect(surface).toMatchFileSnapshot(join(root, 'packages', packageName, 'api.txt'))
})

test('applications find at most 15 values in @sojourn/core', async () => {
  const { values } = await exportsOf(join(root, 'packages/core/src/index.ts'))
  expect(values.length).toBeLessThanOrEqual(15)
})

test('each name of core has one entry point', async () => {
  const core = entries.filter(({ packageName }) => packageName === 'core')
  const surfaces = await Promise.all(core.map(({ source }) => exportsOf(source)))
  const names = surfaces.flatMap(({ values, types }) => [...values, ...types])
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})
