import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type TokenIn } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { sessions } from '@sojourn/express'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { secret, serve } from './support.ts'

/** What nginx does for whoever caches all that may be cached, in spite of a cookie. */
const config = (folder: string, port: number, upstream: string) => `
  daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
  events {}
  http {
    access_log off;
    client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
    fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
    proxy_cache_path ${folder}/cache keys_zone=all:1m;
    server {
      listen 127.0.0.1:${port};
      location / {
        proxy_pass ${upstream};
        proxy_cache all;
        proxy_ignore_headers Set-Cookie Vary;
        add_header X-Cache-Status $upstream_cache_status;
      }
    }
  }`

/** Returns a port that nobody listens on any more. */
async function freePort(): Promise<number> {
  const { server, port } = await serve(() => {})
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Starts nginx in front of a server and returns its address once it responds. */
async function startNginx(upstream: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-nginx-'))
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, config(folder, port, upstream))
  const { NGINX_BINARY = 'nginx' } = process.env
  const nginx: ChildProcess = spawn(NGINX_BINARY, ['-p', folder, '-c', file])
  onTestFinished(() => {
    nginx.kill()
    rmSync(folder, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${port}`
  const isUp = () =>
    fetch(`${url}/up`).then(
      () => true,
      () => nginx.exitCode !== null,
    )
  while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 20))
  return url
}

test.each<[string, TokenIn]>([
  ['a cookie', 'cookie'],
  ['Session-Token', 'bearer'],
  ['a header of its own', { header: 'X-Session-Token' }],
])(
  'nginx stores no response with the token in %s, whatever the application lets it store',
  async (_title, tokenIn) => {
    const store = keyedStore(referenceBackend())
    const manager = createSessionManager(devConfig(secret, { store, tokenIn, warn: () => {} }))
    const app = express()
    app.use((_req, res, next) => {
      res.set({ 'X-Accel-Expires': '600', 'Cache-Control': 'public, max-age=600' })
      res.set('Expires', 'Tue, 01 Jan 2199 00:00:00 GMT')
      next()
    })
    app.use(sessions(manager))
    let served = 0
    app.get('/page', (_req, res) => res.send(`page ${++served}`))
    app.get('/login', async (req, res) => {
      await req.session.login(`user-${++served}`)
      res.send('welcome')
    })
    const nginx = await startNginx((await serve(app)).url)
    const statusOf = async (path: string) => {
      const { headers } = await fetch(nginx + path)
      return [
        headers.get('x-cache-status'),
        headers.getSetCookie()[0],
        headers.get('session-token') ?? headers.get('x-session-token'),
      ]
    }

    expect([(await statusOf('/page'))[0], (await statusOf('/page'))[0]]).toEqual(['MISS', 'HIT'])
    const [first, second] = [await statusOf('/login'), await statusOf('/login')]
    expect([first[0], second[0]]).toEqual(['MISS', 'MISS'])
    expect(first).not.toEqual(second)
  },
)
