import { expect, test } from 'vitest'
import { checkLinks } from '../check-links.ts'
import { folder } from './folder.ts'

const links = (readme: string) => {
  const root = folder({ 'README.md': readme, 'docs/a.md': '# A `b` & c\n\n## Same\n\n## Same\n' })
  return checkLinks(root).map(({ line, message }) => `${line} ${message.split(':')[0]}`)
}

test('a link to a file that is not there is found, with its line', () => {
  expect(links('# R\n\n[x](docs/b.md)\n[ref]: ./c.md\n')).toEqual([
    '3 docs/b.md leads nowhere',
    '4 ./c.md leads nowhere',
  ])
})

test('so is a link to a heading that is not there', () => {
  expect(links('[x](docs/a.md#same-2) [y](#nope)')).toEqual([
    '1 docs/a.md#same-2 leads nowhere',
    '1 #nope leads nowhere',
  ])
})

test('files, folders, headings, web addresses and code are left alone', () => {
  const good = '# R\n[a](docs) [b](docs/a.md#a-b--c) [c](docs/a.md#same-1) [d](#r) [e](mailto:a@b)'
  expect(links(`${good}\n\`[f](x.md)\`\n\`\`\`md\n[g](y.md)\n\`\`\`\n`)).toEqual([])
})
