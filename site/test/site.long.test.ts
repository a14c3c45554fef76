import { readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import axe from 'axe-core'
import MiniSearch from 'minisearch'
import { type Browser, type BrowserContextOptions, chromium, devices } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeApi } from '../src/api.ts'
import { entryPoints } from '../src/entry-points.ts'
import { root } from '../src/pages.ts'
import { miniSearch } from '../src/search.ts'
import { base, buildSite, serve } from './build.ts'
import { questions } from './questions.ts'

const { defaultBrowserType: _, ...phone } = devices['iPhone 13']
const desktop = { viewport: { width: 1280, height: 900 } }
const looks: Readonly<Record<string, BrowserContextOptions>> = {
  desktop,
  'desktop, dark': { ...desktop, colorScheme: 'dark' },
  phone,
  'phone, dark': { ...phone, colorScheme: 'dark' },
}

let folder: string
let site: Awaited<ReturnType<typeof serve>>
let browser: Browser
beforeAll(async () => {
  expect(await writeApi(entryPoints(), join(root, 'site/api'))).toEqual([])
  folder = await buildSite()
  site = await serve(folder)
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? 'chromium' })
})
afterAll(async () => {
  await browser.close()
  site.close()
  await rm(folder, { recursive: true })
})

/** Opens a page in a context of its own. Returns it with the addresses of other sites that it asked for, and what it complained of. */
async function open(look: BrowserContextOptions) {
  const context = await browser.newContext(look)
  const page = await context.newPage()
  const faults: string[] = []
  await context.route(/.*/, (route) => {
    const address = route.request().url()
    if (address.startsWith(site.url)) return route.continue()
    faults.push(`asks for ${address}`)
    return route.abort()
  })
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  return { page, faults, close: () => context.close() }
}

/** The addresses of all pages, below the base. */
function addresses(): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.html') && file !== '404.html')
}

describe('search', () => {
  let index: MiniSearch
  beforeAll(async () => {
    const chunks = join(folder, 'assets/chunks')
    const file = readdirSync(chunks).find((name) => name.startsWith('@localSearchIndex')) ?? ''
    const { default: json }: { default: string } = await import(
      /* @vite-ignore */ join(chunks, file)
    )
    // As VitePress loads it.
    index = MiniSearch.loadJSON(json, {
      fields: ['title', 'titles', 'text'],
      storeFields: ['title', 'titles'],
      ...miniSearch.options,
      searchOptions: miniSearch.searchOptions,
    })
  })

  test.each(questions)('finds an answer to "%s" among the first three hits', (asked, ...pages) => {
    const hits = index.search(asked).slice(0, 3)
    const found = hits.map(({ id }) => id.slice(base.length).replace(/(\.html)?#.*/, '') || 'index')
    expect(pages).toContain(found.find((page) => pages.includes(page)) ?? found)
  })

  test('in Chromium shows the same hits, and leads to them', async () => {
    const { page, faults, close } = await open(desktop)
    await page.goto(site.url)
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('searchbox').fill('ERR_SESSION_NOT_RECENT')
    await page.getByRole('option').first().click()
    await page.waitForURL(/reference\/errors\.html#err_session_not_recent$/)
    expect(faults).toEqual([])
    await close()
  })
})

test('no page asks another site for anything, complains, or scrolls sideways at a width of 390 px', async () => {
  const { page, faults, close } = await open({ ...phone, viewport: { width: 390, height: 844 } })
  for (const address of addresses()) {
    await page.goto(site.url + address)
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    expect({ address, width, faults }).toEqual({ address, width: 390, faults: [] })
  }
  await close()
})

const samples = [
  'index.html',
  'how-to/log-out-everywhere.html',
  'reference/config.html',
  'explanation/performance.html',
  'api/core/store.html',
]

describe.each(Object.entries(looks))('on a %s', (_name, look) => {
  test.each(samples)('axe-core finds no fault in %s', async (address) => {
    const { page, close } = await open(look)
    await page.goto(site.url + address)
    await page.addScriptTag({ content: axe.source })
    expect(await page.evaluate(findings)).toEqual([])
    await close()
  })
})

/** Each fault once, however often the page has it. The name of the search button leaves out the keys that it shows. */
const findings = `axe.run(document, { rules: { 'label-content-name-mismatch': { enabled: false } } }).then(({ violations }) => [...new Set(
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))])`
