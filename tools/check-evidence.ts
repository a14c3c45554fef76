// Checks that the proofs that the documentation names exist: cases of the conformance kit, test files, and tests by their titles.
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import { filesBelow } from './files.ts'
import type { Problem } from './report.ts'

/** What there is to be named. */
export interface Evidence {
  /** The ids of the cases of the kit, such as `P1.2`, and of the attack cases that are tests, such as `I-09`. */
  readonly ids: ReadonlySet<string>
  /** The paths of the test files, relative to the root. */
  readonly files: readonly string[]
  /** The text of all tests and cases, in which a title is looked for. */
  readonly text: string
}

/** Reads what there is in the repository. */
export async function findEvidence(root: string): Promise<Evidence> {
  const registering = ['packages/conformance/src', 'tools/redis-lab/src'] // they register tests of other packages
  const cases = registering.flatMap((folder) => filesBelow(join(root, folder), '.ts'))
  const tests = ['packages', 'examples', 'tools'].flatMap((folder) =>
    filesBelow(join(root, folder), '.ts').filter((file) => /\/(test|journey)\//.test(file)),
  )
  const text = [...cases, ...tests].map((file) => readFileSync(file, 'utf8')).join('\n')
  const literal = Array.from(text.matchAll(/'([PBH]\d+\.\d+)'/g), ([, id = '']) => id)
  const attacks = Array.from(text.matchAll(/['"`]([A-Z]-\d\d)\b/g), ([, id = '']) => id)
  const computed = await backendSuite({ open: () => referenceBackend() }) // some of its ids are not literal
  return {
    ids: new Set([...literal, ...attacks, ...computed.cases.map(({ id }) => id)]),
    files: tests.map((file) => relative(root, file)).filter((file) => file.endsWith('.test.ts')),
    text,
  }
}

/** Returns the proofs that a page names and that do not exist, with their lines. */
export function checkEvidence(file: string, evidence: Evidence): Problem[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index) =>
    missingIn(line, evidence).map((message) => ({ file, line: index + 1, message })),
  )
}

function missingIn(line: string, { ids, files, text }: Evidence): string[] {
  return [
    ...idsIn(line)
      .filter((id) => !ids.has(id))
      .map((id) => `No case is named ${id}`),
    ...all(line, /`([\w/.-]+\.test\.ts)`/g)
      .filter((name) => !files.some((path) => isNamed(path, name)))
      .map((name) => `There is no test file ${name}`),
    ...titlesIn(line)
      .filter((title) => !text.includes(title) && !text.includes(title.replaceAll("'", "\\'")))
      .map((title) => `No test is named "${title}"`),
  ]
}

/** The ids in a line. `P1.1–P1.3` and `P1.1 to P1.3` stand for those in between too. */
function idsIn(line: string): string[] {
  const ranges = line.matchAll(/\b([PBH]\d+)\.(\d+)(?:(?:–| to )\1\.(\d+))?/g)
  const ofKit = Array.from(ranges, ([, clause, first, last = first]) =>
    Array.from(
      { length: Number(last) - Number(first) + 1 },
      (_, n) => `${clause}.${Number(first) + n}`,
    ),
  )
  return [...ofKit.flat(), ...all(line, /\b(I-\d\d)\b/g)]
}

/** The titles in the last cell of a row of a table, outside of code. */
function titlesIn(line: string): string[] {
  const last = /\|([^|]*)\|\s*$/.exec(line)?.[1] ?? ''
  return all(last.replace(/`[^`]*`/g, ''), /"([^"]+)"/g)
}

/** A test is named by its path, by that below the tests of core, or by its package and that below its tests. */
function isNamed(path: string, name: string): boolean {
  const ofPackage = name.replace(/^cookie\//, 'store-cookie/').replace('/', '/test/')
  const names = [name, `packages/core/test/${name}`, `packages/${ofPackage}`]
  return names.includes(path) || (!name.includes('/') && path.endsWith(`/${name}`))
}

function all(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, found = '']) => found)
}
