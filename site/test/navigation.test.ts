import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DefaultTheme } from 'vitepress'
import { expect, test } from 'vitest'
import { filesBelow } from '../../tools/files.ts'
import { entryPoints } from '../src/entry-points.ts'
import { missingIn, sidebar } from '../src/navigation.ts'
import { addressOf, root } from '../src/pages.ts'

function addressesIn(items: readonly DefaultTheme.SidebarItem[]): string[] {
  return items.flatMap(({ link, items: below = [] }) => [
    ...(link === undefined ? [] : [link]),
    ...addressesIn(below),
  ])
}

const addresses = new Set(
  addressesIn(Object.values(sidebar()).flat() as DefaultTheme.SidebarItem[]),
)

test('every page of docs/ and every README of a package is in the navigation', () => {
  const lists = ['docs/README.md', 'docs/decisions/README.md']
  const pages = filesBelow(join(root, 'docs'), '.md')
    .map((path) => path.slice(root.length))
    .filter((page) => !lists.includes(page))
  const readmes = filesBelow(join(root, 'packages'), 'README.md').map((path) =>
    path.slice(root.length),
  )
  expect(pages.length).toBeGreaterThan(100)
  for (const page of [...pages, ...readmes]) expect(addresses).toContain(addressOf(page))
})

test('every entry point has a page of the API reference in the navigation', () => {
  const points = entryPoints()
  expect(points.length).toBeGreaterThan(40)
  for (const { source } of points) expect(existsSync(source)).toBe(true)
  for (const { name } of points)
    expect(addresses).toContain(`/api/${name.replace('@sojourn/', '')}`)
})

test('a page that its list does not link to is reported, with the list', () => {
  expect(
    missingIn('docs/README.md', ['docs/how-to/none.md', 'docs/how-to/remember-me.md']),
  ).toEqual([
    'docs/README.md has no link to docs/how-to/none.md: add one, below the heading of its group',
  ])
})
