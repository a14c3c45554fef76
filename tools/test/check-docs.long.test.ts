import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkDocs } from '../check-docs.ts'
import { folder } from './folder.ts'

const fence = '```'
const prelude = 'declare const secret: string'

function docs(readme: string) {
  const root = folder({
    'README.md': readme,
    'prelude.d.ts': prelude,
    'packages/a/README.md': `${fence}ts\nconst a: number = secret\n${fence}\n`,
    'docs/deep/b.md': 'nothing',
  })
  return checkDocs(root, join(root, 'prelude.d.ts')).map(({ file, line, message }) => {
    return `${file.slice(root.length + 1)}:${line} ${message}`
  })
}

const inPackage = "packages/a/README.md:2 Type 'string' is not assignable to type 'number'."

test('a type error is reported at its line in the Markdown', () => {
  expect(docs(`# R\n\n${fence}ts\nconst b: string = 1\n${fence}\n`)).toEqual([
    "README.md:4 Type 'number' is not assignable to type 'string'.",
    inPackage,
  ])
})

test('blocks are modules of their own, and other languages are left alone', () => {
  const block = `${fence}ts\nconst a = secret\nawait a\n${fence}\n`
  expect(docs(`${block}${block}${fence}sh\n)(\n${fence}\n`)).toEqual([inPackage])
})

test('an import that does not exist is found', () => {
  expect(
    docs(`${fence}ts\nimport 'nowhere'\nimport { a } from 'nothing'\n${fence}\n`)[0],
  ).toContain('README.md:2 Cannot find module')
})
