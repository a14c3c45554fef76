import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { moveText } from '../../src/codemod/move-text.ts'

const application = `import express from 'express'
import session from 'express-session'

const app = express()
app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, cookie: { maxAge: 6e5 } }))
app.use((req, res, next) => {
  if (req.method === 'POST') req.session.posts = (req.session.posts ?? 0) + 1
  next()
})
app.post('/add/:item', (req, res, next) => {
  req.session.cart ||= {}
  req.session.cart[req.params.item] = true
  req.session.save((err) => {
    if (err) return next(err)
    res.redirect(303, '/cart')
  })
})
app.get('/cart', (req, res) => {
  const { session: mine } = req
  const { cart, posts } = mine
  const keys = Object.keys(req.session).filter((key) => key !== 'cookie')
  res.json({ cart, posts, keys, has: mine.hasOwnProperty('cart'), same: req.sessionID === mine.id })
})
app.post('/drop', (req, res) => {
  delete req.session.cart
  res.json('cart' in req.session)
})
app.post('/logout', (req, res) => {
  req.session.destroy(() => {
    res.json('bye')
  })
})
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
`

const requests = [
  'GET /cart',
  'POST /add/tea',
  'POST /add/milk',
  'GET /cart',
  'POST /drop',
  'GET /cart',
  'POST /logout',
  'GET /cart',
]

test('an application answers as before', async () => {
  const { text, left } = moveText('app.mjs', application)
  expect(left.map(({ section }) => section)).toEqual(['mount-the-sessions']) // its secret
  expect(text).not.toMatch(/express-session/)
  const [before, after] = await Promise.all([transcript(application), transcript(text)])
  expect(before).toContain('{"cart":{"tea":true,"milk":true},"posts":2,')
  expect(after).toEqual(before)
})

/** Runs an application, and returns its responses to one browser. */
async function transcript(text: string): Promise<string> {
  const here = fileURLToPath(new URL('../..', import.meta.url)) // where its imports are found
  const folder = mkdtempSync(join(here, 'node_modules', '.application-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'app.mjs'), text)
  const tsx = createRequire(import.meta.url).resolve('tsx')
  const child = spawn(
    process.execPath,
    ['--import', tsx, '--conditions=@sojourn/source', join(folder, 'app.mjs')],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_ENV: 'test' } },
  )
  onTestFinished(() => void child.kill())
  const [port] = await once(child.stdout, 'data')
  const answers: string[] = []
  let cookie = ''
  for (const request of requests) {
    const [method = '', path = ''] = request.split(' ')
    const response = await fetch(`http://127.0.0.1:${String(port).trim()}${path}`, {
      method,
      redirect: 'manual',
      headers: { cookie },
    })
    cookie = response.headers.getSetCookie().map((line) => line.split(';')[0])[0] ?? cookie
    answers.push(`${request} ${response.status} ${await response.text()}`)
  }
  return answers.join('\n')
}
