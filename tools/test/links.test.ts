import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder } from './folder.ts'

const root = join(import.meta.dirname, '../..')

/** Runs the link check on a folder with this README and a page that has headings. */
function checkLinks(readme: string) {
  const page = '# A `b` & c\n\n## Same\n\n## Same\n'
  const cwd = folder({ 'README.md': readme, 'docs/a.md': page })
  const args = ['.', '--quiet', '--frail', '--no-color', '--rc-path', join(root, '.remarkrc.json')]
  const remark = join(root, 'node_modules/.bin/remark')
  const { status, stderr } = spawnSync(remark, args, { cwd, encoding: 'utf8' })
  const found = stderr.matchAll(/(\d+):\d+-\d+:\d+ +warning (.*?) +missing-/g)
  return { status, found: [...found].map(([, line, message]) => `${line} ${message}`) }
}

test('dead links to files and headings are found, with their lines', () => {
  const readme = `# R

[a](docs/b.md) [b]

[b]: ./c.md

[c](docs/a.md#same-2) [d](#none)

![e](none.png)
`
  expect(checkLinks(readme)).toEqual({
    status: 1,
    found: [
      '3 Cannot find file `docs/b.md`; did you mean `docs/a.md`',
      '5 Cannot find file `c.md`',
      '7 Cannot find heading for `#same-2` in `docs/a.md`; did you mean `same-1`',
      '7 Cannot find heading for `#none`',
      '9 Cannot find file `none.png`',
    ],
  })
})

test('files, folders, headings, other sites and code pass', () => {
  const readme = `# R

[a](docs) [b](docs/a.md#a-b--c) [c](docs/a.md#same-1) [d](#r) [e](mailto:a@b) [f](https://a.example/#b)

\`[g](none.md)\`

\`\`\`md
[h](none.md)
\`\`\`
`
  expect(checkLinks(readme)).toEqual({ status: 0, found: [] })
})
