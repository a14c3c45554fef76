import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { brokenLinks } from '../src/check-links.ts'

test('dead links to pages, headings and files are found; other sites are not asked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-site-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const page = (body: string) => `<!doctype html><title>t</title>${body}`
  writeFileSync(join(folder, 'b.html'), page('<h2 id="here">h</h2>'))
  writeFileSync(
    join(folder, 'index.html'),
    page(`<a href="/b.html">1</a> <a href="/b.html#here">2</a> <a href="https://none.invalid/">3</a>
      <a href="/b.html#gone">4</a> <a href="/c.html">5</a> <img alt="6" src="/d.svg">`),
  )
  expect((await brokenLinks(folder)).sort()).toEqual([
    expect.stringContaining('b.html#gone'),
    expect.stringContaining('c.html'),
    expect.stringContaining('d.svg'),
  ])
})
