// Promises that imports and declared dependencies go only through the doors in doors.ts, and never by path into another package.
import { readFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { doors, testTools } from './doors.ts'
import { filesBelow, packageNames } from './files.ts'
import { type Import, importsOf } from './imports.ts'
import { isMain, type Problem, report } from './report.ts'

const remedy = 'the doors are in tools/doors.ts'

/** Every import, and every declared dependency of a package, that no door allows. */
export function checkDoors(root: string): Problem[] {
  const packages = packageNames(root).map((name) => join(root, 'packages', name))
  return [...packages.flatMap(checkPackage), ...neighbours.flatMap((name) => outside(root, name))]
}

/** They may use whatever they need, as strangers do. */
const neighbours = ['bench', 'examples', 'tools/redis-lab']

/** No path leads from beside the packages into one. */
function outside(root: string, name: string): Problem[] {
  return filesBelow(join(root, name), '.ts').flatMap((file) =>
    importsOf(file)
      .filter(({ specifier }) => /^\..*\/packages\//.test(specifier))
      .map(({ specifier, line }) => ({ file, line, message: `import ${specifier} by its name` })),
  )
}

function checkPackage(folder: string): Problem[] {
  const file = join(folder, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  const door = doors[manifest.name]
  if (!door) return [{ file, line: 1, message: `${manifest.name} has no door: ${remedy}` }]

  const src = [manifest.name, ...door.src]
  const types = [...src, ...(door.types ?? [])]
  const test = [...types, ...door.test, ...testTools]
  const needed = { ...manifest.dependencies, ...manifest.peerDependencies }
  return [
    ...undeclarable(file, needed, types),
    ...undeclarable(file, manifest.devDependencies, test),
    ...closed(folder, 'src', (used) => (used.typeOnly ? types : src)),
    ...closed(folder, 'test', () => test),
  ]
}

function undeclarable(file: string, dependencies: object = {}, allowed: string[]): Problem[] {
  return Object.keys(dependencies)
    .filter((name) => !allowed.includes(name.replace(/^@types\//, '')))
    .map((name) => ({ file, line: 1, message: `may not depend on ${name}: ${remedy}` }))
}

function closed(folder: string, part: string, allowed: (used: Import) => string[]): Problem[] {
  return filesBelow(join(folder, part), '.ts').flatMap((file) =>
    importsOf(file)
      .filter((used) => !isOpen(folder, file, used.specifier, allowed(used)))
      .map(({ specifier, line, typeOnly }) => {
        const how = typeOnly ? 'even by import type' : 'as a value'
        return { file, line, message: `${part} may not import ${specifier} ${how}: ${remedy}` }
      }),
  )
}

function isOpen(folder: string, file: string, specifier: string, allowed: string[]): boolean {
  if (specifier.startsWith('node:')) return true
  if (specifier.startsWith('.'))
    return resolve(dirname(file), specifier).startsWith(resolve(folder) + sep)
  return allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))
}

if (isMain(import.meta.filename)) report(checkDoors('.'))
