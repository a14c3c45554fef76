import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { checkEditor } from '../check-editor.ts'
import { folder } from './folder.ts'

const fence = '```'
const options = {
  types: [],
  customConditions: ['@sojourn/source'],
  module: 'nodenext',
  noEmit: true,
}
const exports = { '.': { '@sojourn/source': './src/index.ts', types: './dist/index.d.ts' } }
const project = (include: string[]) => JSON.stringify({ compilerOptions: options, include })

/** A repository whose package @sojourn/core has sources and a dist that git ignores. */
function repository(files: Record<string, string>) {
  const root = folder({
    '.gitignore': 'dist\nnode_modules\n',
    'package.json': '{"type":"module"}',
    'node_modules/@sojourn/core/package.json': JSON.stringify({ name: '@sojourn/core', exports }),
    'node_modules/@sojourn/core/src/index.ts':
      'export declare function createSessionManager(a: 1): 1',
    'examples/a/tsconfig.json': project(['.']),
    'tsconfig.json': project(['first']),
    ...files,
  })
  execFileSync('git', ['init', '--quiet'], { cwd: root })
  return root
}

const program = "import { createSessionManager } from '@sojourn/core'\ncreateSessionManager(1)\n"
const tutorial = (code: string) =>
  `Make a folder:\n\n    mkdir first\n\n${fence}sh\nmkdir first\n${fence}\n\n${fence}ts\n${code}${fence}\n`

test('an example and a tutorial that compile from sources pass', async () => {
  const files = { 'examples/a/app.ts': program, 'docs/tutorial/a.md': tutorial(program) }
  expect(await checkEditor(repository(files))).toEqual([])
})

test('errors are found at their lines, and what only a build makes is not there', async () => {
  const wrong = program.replace('(1)', '(2)')
  const root = repository({
    'tsconfig.json': project(['src']),
    'examples/a/app.ts': `${wrong}import './dist/a.js'\n`,
    'examples/a/dist/a.d.ts': 'export {}',
    'docs/tutorial/a.md': tutorial(program),
  })
  expect(await checkEditor(root)).toMatchObject([
    {
      file: 'examples/a/app.ts',
      line: 2,
      message: expect.stringContaining("'2' is not assignable"),
    },
    { file: 'examples/a/app.ts', line: 3, message: expect.stringContaining('./dist/a.js') },
    { file: 'docs/tutorial/a.md', line: 10, message: expect.stringContaining('@sojourn/core') },
  ])
})
