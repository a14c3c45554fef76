import type { Express, Response } from 'express'
import { describe, expect, test } from 'vitest'
import { ask, changing, frameworks, stage, watchFaults } from './support.ts'

watchFaults()

const fields = { 'Set-Cookie': ['a=1', 'b=2'], Vary: 'Accept', 'Cache-Control': 'no-store' }
const flat = [
  'Set-Cookie',
  'a=1',
  'Vary',
  'Accept',
  'Set-Cookie',
  'b=2',
  'Cache-Control',
  'no-store',
]
const pairs = [
  ['set-cookie', 'a=1'],
  ['Vary', 'Accept'],
  ['Set-Cookie', 'b=2'],
  ['Cache-Control', 'no-store'],
]

const forms: Record<string, readonly unknown[]> = {
  '(status, fields)': [201, fields],
  '(status, message, fields)': [201, 'Born', fields],
  '(status, undefined, fields)': [201, undefined, fields],
  '(status, flat list)': [201, flat],
  '(status, message, flat list)': [201, 'Born', flat],
  '(status, list of pairs)': [201, pairs],
}

function writeHead(res: Response, args: readonly unknown[]): Response {
  return Reflect.apply(res.writeHead, res, args) as Response
}

describe.each(frameworks)('%s', (_name, makeApp) => {
  test.each(Object.entries(forms))('writeHead%s stands beside ours', async (_form, args) => {
    const handler = changing((_req, res) => void writeHead(res, args).end('x'))
    const scene = await stage((app) => app.get('/', handler), { makeApp })
    const { status, message, headers, text } = await ask(scene.url).answer
    expect([status, message, text]).toEqual([201, args[1] === 'Born' ? 'Born' : 'Created', 'x'])
    expect(headers['set-cookie']?.map((line) => line.split('=')[0])).toEqual(['a', 'b', 'sid'])
    expect([headers.vary, headers['cache-control']]).toEqual(['Accept, Cookie', 'no-store'])
  })

  test('a list that a handler shares among responses is never given a cookie', async () => {
    const shared = ['a=1']
    const mount = (app: Express) =>
      app
        .get(
          '/set',
          changing((_req, res) => void res.set('Set-Cookie', shared).send('x')),
        )
        .get(
          '/head',
          changing((_req, res) => void writeHead(res, [200, { 'Set-Cookie': shared }]).end()),
        )
        .get(
          '/list',
          changing((_req, res) => void writeHead(res, [200, ['Set-Cookie', shared]]).end()),
        )
    const scene = await stage(mount, { makeApp })
    for (const path of ['/set', '/head', '/list', '/set']) {
      const { headers } = await ask(scene.url + path).answer
      expect(headers['set-cookie']).toEqual(['a=1', expect.stringMatching(/^sid=/)])
    }
    expect(shared).toEqual(['a=1'])
  })

  test('writeHead(status) and writeHead(status, message) carry our headers', async () => {
    for (const args of [[202], [202, 'Later'], [202, undefined], [202, 'Later', undefined]]) {
      const handler = changing((_req, res) => void writeHead(res, args).end('x'))
      const scene = await stage((app) => app.get('/', handler), { makeApp })
      const { status, message, cookie } = await ask(scene.url).answer
      expect([status, message]).toEqual([202, args[1] ?? 'Accepted'])
      expect(cookie).toBeDefined()
    }
  })

  test.each([99, 1000, 0, Number.NaN, 'no'])('writeHead(%j) throws at once', async (code) => {
    const thrown: unknown[] = []
    const handler = changing((_req, res) => {
      try {
        writeHead(res, [code])
      } catch (error) {
        thrown.push(error, res.headersSent)
      }
      res.send('fine')
    })
    const scene = await stage((app) => app.get('/', handler), { makeApp })
    const { text, cookie } = await ask(scene.url).answer
    expect(text).toBe('fine')
    expect(cookie).toBeDefined()
    expect(thrown).toEqual([expect.any(RangeError), false])
  })

  test('what changes the status of a held response changes nothing', async () => {
    const late: unknown[] = []
    const handler = changing((_req, res) => {
      res.status(201).send('x')
      res.statusCode = 500
      res.statusMessage = 'Late'
      for (const send of [
        () => res.json({}),
        () => res.redirect('/'),
        () => writeHead(res, [500]),
      ]) {
        try {
          send()
        } catch (error) {
          late.push(error)
        }
      }
      late.push(res.headersSent, res.writableEnded)
    })
    const scene = await stage((app) => app.get('/', handler), { makeApp })
    const { status, message, text, headers } = await ask(scene.url).answer
    expect([status, message, text]).toEqual([201, 'Created', 'x'])
    expect(headers.location).toBeUndefined()
    const refused = expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' })
    expect(late).toEqual([refused, refused, refused, true, true])
  })
})
