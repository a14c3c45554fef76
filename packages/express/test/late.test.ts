import { deferred } from '@sojourn/conformance/testing'
import type { RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { ask, changing, frameworks, stage, watchFaults } from './support.ts'

watchFaults()

describe.each(frameworks)('%s', (_name, makeApp) => {
  test('a change after the response has left is told of, once, and not kept', async () => {
    const handler = changing((req, res) => {
      res.on('finish', () => {
        req.session.data.name = 'late'
      })
      res.send('x')
    })
    const scene = await stage((app) => app.get('/', handler), { makeApp })
    await ask(scene.url).answer
    await scene.turn()
    const late = { what: 'changes', why: 'late', id: expect.any(String) }
    expect(scene.discarded).toEqual([late])
    expect(scene.warnings).toEqual([expect.stringContaining('await session.update(fn)')])
    expect(scene.control.calls).toEqual(['insert'])
  })

  test('a change while the response is held is told of as late', async () => {
    const handler = changing((req, res) => {
      res.send('x')
      req.session.data.name = 'late'
    })
    const scene = await stage((app) => app.get('/', handler), { makeApp })
    const { cookie } = await ask(scene.url).answer
    await scene.turn()
    expect(scene.discarded.map(({ why }) => why)).toEqual(['late'])
    expect(cookie).toBeDefined()
  })

  test('what a handler changed is kept although its client has left', async () => {
    const changed = deferred()
    const closed = deferred()
    const leaving: RequestHandler = (req, res) => {
      req.session.data.name = 'kept'
      res.on('close', () => closed.resolve())
      changed.resolve()
    }
    const mount = changing((req, res) => void res.json(req.session.data))
    const scene = await stage((app) => app.get('/', mount).post('/', leaving), { makeApp })
    const { cookie } = await ask(scene.url).answer
    const { request, answer } = ask(scene.url, { method: 'POST', cookie })
    await changed.promise
    request.destroy()
    await expect(answer).rejects.toThrow()
    await closed.promise
    await scene.control.called('replace')
    const { text } = await ask(scene.url, { cookie }).answer
    expect(JSON.parse(text)).toMatchObject({ name: 'kept' })
  })

  test('a client that leaves while its commit waits has its change kept', async () => {
    const closed = deferred()
    const handler = changing((_req, res) => {
      res.on('close', () => closed.resolve())
      res.send('x')
    })
    const scene = await stage((app) => app.get('/', handler), { makeApp })
    const held = scene.control.hold()
    const { request, answer } = ask(scene.url)
    await held.reached
    request.destroy()
    await expect(answer).rejects.toThrow()
    await closed.promise
    held.release()
    await scene.turn()
    expect(scene.control.calls).toEqual(['insert'])
    expect(scene.discarded).toEqual([])
  })
})
