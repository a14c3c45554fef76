import { once } from 'node:events'
import { connect } from 'node:net'
import express, { type Express } from 'express'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ask, changing, frameworks, type Stage, stage, watchFaults } from './support.ts'

watchFaults()

const routes = (app: Express) =>
  app
    .post(
      '/',
      changing((_req, res) => void res.send('kept')),
    )
    .all('/look{/*path}', (req, res) => void res.json(req.session.data))
    .use(express.json(), (req, res) => void res.json(req.session.data))

/** Sends bytes as they are, and answers those that come back. */
async function raw({ port }: Stage, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let bytes = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    bytes += chunk
  })
  socket.end(Buffer.from(head, 'latin1'))
  await once(socket, 'close')
  return bytes
}

const withCookie = (cookie: string) =>
  `GET /look HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: ${cookie}\r\n\r\n`

async function visited() {
  const scene = await stage(routes)
  const { cookie = '' } = await ask(scene.url, { method: 'POST' }).answer
  expect((await ask(`${scene.url}/look`, { cookie }).answer).text).toBe('{"n":1}')
  scene.control.calls.length = 0
  return { scene, cookie, token: cookie.slice('sid='.length) }
}

/** A token with some of its characters changed, taken away, doubled or put elsewhere. */
const mutated = (token: string) =>
  fc
    .array(
      fc.record({
        at: fc.nat(token.length - 1),
        remove: fc.nat(3),
        insert: fc.string({ unit: fc.nat(255).map(byteOf), maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((edits) =>
      edits.reduce(
        (text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove),
        token,
      ),
    )
    .filter((text) => text.split(';')[0]?.trim() !== token)

/** A byte that Node's parser lets through; to the others it answers 400 itself. */
function byteOf(code: number): string {
  const isControl = (code < 32 && code !== 9) || code === 127
  return String.fromCharCode(isControl ? 33 : code)
}

test('10,000 mutations of a good cookie open nothing and break nothing', async () => {
  const { scene, token } = await visited()
  const cookies = fc.sample(mutated(token), { numRuns: 10_000, seed: 7 })
  for (let from = 0; from < cookies.length; from += 500) {
    const requests = cookies.slice(from, from + 500).map((text) => withCookie(`sid=${text}`))
    const last = withCookie('sid=x')
    const bytes = await raw(
      scene,
      requests.map((request) => request.replace('Connection: close\r\n', '')).join('') + last,
    )
    expect(bytes.match(/HTTP\/1\.1 \d+/g)).toEqual(Array(501).fill('HTTP/1.1 200'))
    expect(bytes.match(/\r\n\{\}/g)).toHaveLength(501)
    expect(bytes).not.toContain('Set-Cookie')
  }
  expect(scene.control.calls).toEqual([])
})

describe.each(frameworks)('%s', (_name, makeApp) => {
  const everywhere = (app: Express) =>
    app
      .post(
        '/',
        changing((_req, res) => void res.send('kept')),
      )
      .use(express.json(), (req, res) => void res.json(req.session.data))

  test('an id or a token in the query, the path, the body or another header is nothing', async () => {
    const scene = await stage(everywhere, { makeApp })
    const { cookie = '' } = await ask(scene.url, { method: 'POST' }).answer
    const token = cookie.slice('sid='.length)
    scene.control.calls.length = 0
    const { text, headers } = await ask(`${scene.url}/${token};sid=${token}?${cookie}`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${token}`,
        'x-session-id': token,
        'x-cookie': cookie,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ sid: token }),
    }).answer
    expect([text, headers['set-cookie'], scene.control.calls]).toEqual(['{}', undefined, []])
  })
})

test('two good cookies of different sessions open neither', async () => {
  const { scene, cookie } = await visited()
  const { cookie: other } = await ask(scene.url, { method: 'POST' }).answer
  scene.control.calls.length = 0
  for (const both of [`${cookie}; ${other}`, `${other}; ${cookie}`]) {
    const { text, headers } = await ask(`${scene.url}/look`, { cookie: both }).answer
    expect([text, headers['set-cookie']]).toEqual(['{}', undefined])
  }
  expect(scene.discarded.map(({ why }) => why)).toEqual(['ambiguous', 'ambiguous'])
})

test('the same cookie twice, or beside rubbish of its name, opens its session', async () => {
  const { scene, cookie } = await visited()
  for (const both of [`${cookie}; ${cookie}`, `sid=x; ${cookie}`, `${cookie}; sid=`]) {
    const { text } = await ask(`${scene.url}/look`, { cookie: both }).answer
    expect(text).toBe('{"n":1}')
  }
})

test('two Cookie headers are read as one', async () => {
  const { scene, cookie } = await visited()
  const head = `GET /look HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: a=b\r\nCookie: ${cookie}\r\n\r\n`
  expect(await raw(scene, head)).toContain('{"n":1}')
})

const rubbish = [
  '%73id=TOKEN',
  'SID=TOKEN',
  'sid=%TOKEN',
  'sid=%E0%A4%A; sid=%00',
  'sid="TOKEN"',
  'sid =x=TOKEN',
  '\xa0sid=TOKEN',
  'x=1, sid=TOKEN',
  '__proto__=TOKEN; constructor=y; toString=1',
  `${'a=b; '.repeat(1000)}sid=TOKEN`,
  `sid=${'x'.repeat(12_000)}`,
]

test.each(rubbish)('the Cookie header %j is no session and no error', async (header) => {
  const { scene, token } = await visited()
  const bytes = await raw(scene, withCookie(header.replace('TOKEN', token)))
  expect(bytes).toMatch(/^HTTP\/1\.1 200 OK/)
  expect(bytes).toMatch(/\r\n\{\}$/)
  expect(bytes).not.toContain('Set-Cookie')
  expect(scene.control.calls).toEqual([])
})

test('a session is read beside cookies that are named like properties of objects', async () => {
  const { scene, cookie } = await visited()
  const header = `__proto__=x; constructor=y; hasOwnProperty=z; ${cookie}; toString=1`
  expect(await raw(scene, withCookie(header))).toContain('{"n":1}')
  expect(Reflect.get({}, 'x')).toBeUndefined()
})
