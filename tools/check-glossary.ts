// Checks that the names in the last column of the tables in docs/glossary.md exist in the sources of the packages.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { filesBelow, packageNames } from './files.ts'
import { isMain, type Problem, report } from './report.ts'

/** The names in the glossary that no source file has. */
export function checkGlossary(root: string): Problem[] {
  const glossary = join(root, 'docs/glossary.md')
  const rows = readFileSync(glossary, 'utf8').split('\n')
  const known = namesIn(packageNames(root).map((name) => join(root, 'packages', name, 'src')))
  return rows.flatMap((row, index) => {
    const column = row.startsWith('|') ? (row.split('|').at(-2) ?? '') : ''
    const names = [...column.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
    return names
      .filter((name) => !known.has(name))
      .map((name) => ({ file: glossary, line: index + 1, message: `no source has ${name}` }))
  })
}

/** Every identifier in the TypeScript files below these folders. */
function namesIn(folders: readonly string[]): Set<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text)
    ts.forEachChild(node, visit)
  }
  for (const file of folders.flatMap((folder) => filesBelow(folder, '.ts')))
    visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022))
  return names
}

if (isMain(import.meta.filename)) report(checkGlossary('.'))
