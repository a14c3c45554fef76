import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageNames } from '../files.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const readme = read('README.md')

test.each([
  ['README.md', 'packages'],
  ['docs/reference/packages.md', '../../packages'],
])('%s names every package', (page, folder) => {
  const text = read(page)
  const missing = packageNames(root).filter(
    (name) => !text.includes(`[\`@sojourn/${name}\`](${folder}/${name}/README.md)`),
  )
  expect(missing).toEqual([])
})

test.each(packageNames(root))(
  'the README of %s says what it is, how to install it and how it looks',
  (name) => {
    const text = read(`packages/${name}/README.md`)
    const [title, sentence = '', ...rest] = text.split('\n\n')
    expect(title).toBe(`# @sojourn/${name}`)
    expect(sentence).toMatch(/^[A-Z`][^#]*?[.:]/)
    const [, install = ''] =
      /```sh\n(npm install .*|npx @sojourn\/.*)\n```/.exec(rest.join('\n\n')) ?? []
    expect(install).toContain(`@sojourn/${name}`)
    const [example = ''] = /```(?:ts|js|sh)\n(?!npm install)[\s\S]*?```/.exec(text) ?? []
    const imported = Array.from(
      example.matchAll(/from '(@sojourn\/[\w.-]+)/g),
      ([, from = '']) => from,
    )
    for (const each of imported) expect(install.split(' ')).toContain(each)
    expect(example).not.toBe('')
    expect(text).toContain('](../../docs/')
  },
)

/** Returns the cells of a row of a table, without bold. */
const cellsOf = (row: string) =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll('**', '').trim())

/** Returns the rows below a heading, up to the next one, without those that head or rule a table. */
function rowsBelow(text: string, heading: string): string[][] {
  const [, section = ''] = text.split(`${heading}\n`)
  const rows = section.split(/^#/m)[0]?.match(/^\|.*\|$/gm) ?? []
  return rows.map(cellsOf)
}

test('the figures beside other libraries are those of the page that measured them', () => {
  const page = read('docs/explanation/performance.md')
  const [, ...rows] = rowsBelow(readme, '### What it costs').filter(([on]) => on !== '---')
  let framework = ''
  const expected = rows.map(([on = '', by = '']) => {
    framework = on || framework
    const [head = [], ...measured] = rowsBelow(page, `### ${framework}`)
    const row = measured.find(([name]) => name?.replace(' (cost not flat yet)', '') === by)
    const figures = ['R', 'W', 'login'].map((column) => row?.[head.indexOf(column)])
    return [on, by, ...figures.map((figure) => figure?.replace(/ (missed|met) .*/, ''))]
  })
  expect(rows).toHaveLength(8)
  expect(rows).toEqual(expected)
  const [, place = ''] = /\((\d{4}-.*)\)\. \[Performance/.exec(readme) ?? []
  expect(page).toContain(`${place}. Medians`)
})

test('what happens beside other libraries is what the page has seen', () => {
  const page = read('docs/explanation/beside-other-libraries.md')
  const seen = rowsBelow(page, '# Beside other libraries').map(
    ([who = '', lost, undone, , down]) => [who, lost, undone, down],
  )
  const [, ...rows] = rowsBelow(readme, '### What happens to users').filter(([by]) => by !== '---')
  const peers = rows.filter(([by]) => !by?.startsWith('Sojourn'))
  expect(peers).toHaveLength(4)
  for (const peer of peers) expect(seen).toContainEqual(peer)
  const [ours] = rows.filter(([by]) => by?.startsWith('Sojourn'))
  const onRedis = seen.filter(([who]) => /^Sojourn \w*-?redis/.test(who ?? ''))
  expect(onRedis).toHaveLength(4)
  for (const [, ...figures] of onRedis) expect(ours?.slice(1)).toEqual(figures)
})
