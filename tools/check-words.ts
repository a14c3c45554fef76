// Promises that no exported name holds a word that docs/glossary.md says never to use.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportsOf } from './exports.ts'
import { filesBelow, packageNames } from './files.ts'
import { isMain, type Problem, report } from './report.ts'

/** Every export of a package's src whose words contain a forbidden one. */
export function checkWords(root: string): Problem[] {
  const glossary = join(root, 'docs/glossary.md')
  const complain = (message: string) => [{ file: glossary, line: 1, message }]
  if (!existsSync(glossary)) return complain('is missing: write its table of words')

  const forbidden = forbiddenWords(readFileSync(glossary, 'utf8'))
  if (forbidden.length === 0) return complain('the last column of its table forbids no `word`')

  const sources = packageNames(root).map((name) => join(root, 'packages', name, 'src'))
  return sources
    .flatMap((folder) => filesBelow(folder, '.ts'))
    .flatMap((file) => checkFile(file, forbidden))
}

interface Forbidden {
  words: string
  noun: string
}

/** The words in backticks in the last column of: noun | is | verbs | never call it. */
function forbiddenWords(glossary: string): Forbidden[] {
  const rows = glossary.split('\n').filter((line) => line.startsWith('|'))
  return rows.flatMap((row) => {
    const [, noun = '', , , never = ''] = row.split('|')
    return [...never.matchAll(/`([^`]+)`/g)].map(([, words = '']) => ({
      words: spaced(words),
      noun: noun.trim(),
    }))
  })
}

function checkFile(file: string, forbidden: Forbidden[]): Problem[] {
  return exportsOf(file).flatMap(({ name, line }) =>
    forbidden
      .filter(({ words }) => spaced(name).includes(words))
      .map(({ words, noun }) => {
        const message = `${name} says "${words.trim()}": rename it, docs/glossary.md has ${noun}`
        return { file, line, message }
      }),
  )
}

/** keyedStore → " keyed store ": words can be found whole. */
function spaced(name: string): string {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g) ?? []
  return ` ${words.join(' ').toLowerCase()} `
}

if (isMain(import.meta.filename)) report(checkWords('.'))
