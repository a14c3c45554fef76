// Builds the site and serves it, as GitHub Pages does: below the name of the repository.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { plainEnv } from '../../tools/env.ts'
import { root } from '../src/pages.ts'

export const base = '/sojourn/'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/** Builds the pages, the API reference apart, into a new folder. Returns the folder. */
export async function buildSite(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-site-'))
  const vitepress = join(root, 'site/node_modules/.bin/vitepress')
  const env = { ...plainEnv, SITE_BASE: base, NODE_ENV: 'production' }
  await promisify(execFile)(vitepress, ['build', '--outDir', folder], {
    cwd: join(root, 'site'),
    env,
  })
  return folder
}

/** Serves a built site. Returns its address. */
export async function serve(folder: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const path = decodeURI(new URL(request.url ?? '/', 'http://site').pathname)
    const asked = join(folder, path.slice(base.length))
    const file =
      existsSync(asked) && statSync(asked).isDirectory() ? join(asked, 'index.html') : asked
    if (!path.startsWith(base) || !existsSync(file)) return response.writeHead(404).end()
    response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream')
    return response.end(readFileSync(file))
  })
  server.listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}${base}`,
    close: () => server.close().closeAllConnections(),
  }
}
