import { expect, test } from 'vitest'
import { repository, siteLink } from '../src/links.ts'

const page = 'docs/how-to/remember-me.md'
const blob = `${repository}/blob/main`
const tree = `${repository}/tree/main`

test.each([
  ['troubleshoot.md', '/how-to/troubleshoot.md'],
  ['../reference/config.md#time', '/reference/config.md#time'],
  ['../README.md', '/overview.md'],
  ['../decisions/README.md', '/decisions/index.md'],
  ['../decisions', '/decisions/index.md'],
  ['../../packages/web/README.md#options', '/packages/web.md#options'],
  ['../../packages/web', '/packages/web.md'],
  ['../../README.md#promises', `${blob}/README.md#promises`],
  ['../../packages/web/package.json', `${blob}/packages/web/package.json`],
  ['../../examples/express/', `${tree}/examples/express`],
  ['#a-heading', '#a-heading'],
  ['https://example.com/a.md', 'https://example.com/a.md'],
  ['mailto:a@b.example', 'mailto:a@b.example'],
])('%s leads to %s', (link, expected) => {
  expect(siteLink(link, page)).toBe(expected)
})

test('a link to a file that does not exist stays as it is, for the build to report', () => {
  expect(siteLink('none.md', page)).toBe('none.md')
  expect(siteLink('../../../outside.md', page)).toBe('../../../outside.md')
})
