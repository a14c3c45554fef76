import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createSessionManager, devConfig } from '@sojourn/core'
import { sessions } from '@sojourn/express'
import { memoryStore } from '@sojourn/store-memory'
import { build } from 'esbuild'
import express from 'express'
import { onTestFinished } from 'vitest'

/** Builds the package for pages. */
export async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../src/index.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

/** The script of the page. It keeps what is called back. */
const script = `
import { announceEnd, createSessionTimer } from '/timer.js'

window.calls = []
const call = (name) => (detail) => window.calls.push(typeof detail === 'number' ? name : name + ' ' + detail)
window.ticks = []
const { remaining, check } = document.body.dataset
if (location.pathname === '/bye') announceEnd()
else
  window.timer = createSessionTimer({
    ...(remaining ? { remainingMs: Number(remaining) } : {}),
    ...(check ? { check } : {}),
    stay: '/session',
    onWarning: call('warning'),
    onTick: (ms) => window.ticks.push(ms),
    onStay: call('stay'),
    onEnd: call('end'),
  })
`

/** Allows scripts and requests of the own origin, and nothing inline. */
const policy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"

/**
 * An application whose sessions may be idle for ten minutes and are touched at most each minute, so that they end 11 minutes
 * after the last use that was written. The test moves its clock.
 */
export async function serve() {
  const clock = { now: Date.UTC(2030, 0, 1) }
  const warn = () => undefined
  const manager = createSessionManager(
    devConfig(randomBytes(32), {
      store: memoryStore(),
      clock: () => clock.now,
      warn,
      maxAge: '10m',
      touchInterval: '1m',
      absoluteTimeout: '1h',
    }),
  )
  const timer = await bundle()
  const app = express()
  app.use((_req, res, next) => {
    res.set('Content-Security-Policy', policy)
    next()
  })
  app.get('/timer.js', (_req, res) => void res.type('js').send(timer))
  app.get('/page.js', (_req, res) => void res.type('js').send(script))
  app.use(sessions(manager, { passive: (req) => req.method === 'GET' && req.path === '/session' }))
  const page = (data: string) =>
    `<!doctype html><title>page</title><body ${data}><script type="module" src="/page.js"></script>`
  app.get('/login', async (req, res) => {
    await req.session.login('ann')
    res.redirect('/page')
  })
  app.get('/page', (req, res) => {
    const data = req.query['data'] ?? `data-check="/session"`
    res.send(page(`data-remaining="${req.session.info?.remainingMs ?? 0}" ${data}`))
  })
  app.get('/asks', (_req, res) => void res.send(page('data-check="/session"')))
  app.get('/plain', (req, res) => void res.send(`plain ${req.session.userId}`))
  app.get('/bye', async (req, res) => {
    await req.session.destroy()
    res.send(page(''))
  })
  app.get('/session', (req, res) => void res.json({ remainingMs: req.session.info?.remainingMs }))
  app.post('/session', (req, res) => {
    req.session.requireUser()
    res.json({ remainingMs: req.session.info?.remainingMs })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  return { url: (path: string) => `http://127.0.0.1:${port}${path}`, manager, clock }
}
