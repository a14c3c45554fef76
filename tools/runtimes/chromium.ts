import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium } from 'playwright-core'
import { locate } from '../programs.ts'

const html = '<!doctype html><title>waiting</title><script type="module" src="/page.js"></script>'

/** Opens a page in Chromium with a script that watches a session which is over. Returns what the script makes of it. */
export async function openPage(script: string): Promise<string> {
  const replies: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '/': ['text/html', html],
    '/page.js': ['text/javascript', script],
    '/session': ['application/json', '{ "remainingMs": 0 }'],
  }
  const server = createServer((request, response) => {
    const [type, body] = replies[request.url ?? ''] ?? ['text/plain', '']
    response.writeHead(body ? 200 : 404, { 'content-type': type }).end(body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const browser = await chromium.launch({ executablePath: locate('Chromium') ?? 'chromium' })
  try {
    const page = await browser.newPage()
    const failed = new Promise<never>((_, reject) => page.on('pageerror', reject))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await Promise.race([failed, page.waitForFunction("document.title !== 'waiting'")])
    return await page.title()
  } finally {
    await browser.close()
    server.close()
  }
}
