import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeApi } from '../src/api.ts'

const files = {
  'tsconfig.json': '{ "compilerOptions": { "types": [] }, "include": ["*.ts"] }',
  'index.ts': `// For applications.

/** Returns what {@link nothing} returns. */
export function linked(): void {}

export interface Undocumented { readonly a: string }

/** A text. See {@link linked}. */
export const text = ''
`,
  'other.ts': '/** The same, as {@link text}. */\nexport { text } from "./index.ts"\n',
  'left-out.mts': '/** Not in the project. */\nexport const a = 1\n',
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'sojourn-site-'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
})
afterAll(() => rmSync(folder, { recursive: true }))

const point = (name: string, file: string) => ({ name, folder: 'web', source: join(folder, file) })
const write = (...points: ReturnType<typeof point>[]) =>
  writeApi(points, join(folder, 'out'), join(folder, 'tsconfig.json'))

test('links to nothing and exports without a docstring are reported', async () => {
  expect(await write(point('@sojourn/a', 'index.ts'), point('@sojourn/a/b', 'other.ts'))).toEqual([
    expect.stringContaining('Failed to resolve link to "nothing"'),
    '@sojourn/a.Undocumented has no docstring',
  ])
  const page = readFileSync(join(folder, 'out/a.md'), 'utf8')
  expect(page).toContain(
    '# @sojourn/a\n\nFor applications.\n\n[The README of the package](/packages/web.md)',
  )
  expect(existsSync(join(folder, 'out/a/b.md'))).toBe(true)
})

test('an entry point that is not in the project is reported', async () => {
  const found = await write(point('@sojourn/a', 'index.ts'), point('@sojourn/a/c', 'left-out.mts'))
  expect(found).toContainEqual(expect.stringContaining('left-out.mts'))
})
