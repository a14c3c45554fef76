import { referenceBackend } from '@sojourn/conformance/backend'
import {
  controlledBackend,
  createBackendControl,
  createTestCarrier,
  createVisitor,
  type TestData,
} from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { describe, expect, test } from 'vitest'
import { callAt, ending, makeRow, now } from '../src/backend-fixture.ts'

const find = (backend: SessionBackend) => backend.find('g.a', now)
const insert = (backend: SessionBackend) => backend.insert('g.a', makeRow(), now)
const managerOver = (backend: SessionBackend) =>
  createSessionManager<TestData>(
    devConfig('kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE', { store: keyedStore(backend) }),
  )

describe('a controlled backend', () => {
  test('does what its backend does, and records the calls', async () => {
    const { backend, calls, takeCalls } = controlledBackend()
    await insert(backend)
    expect(await find(backend)).toEqual(makeRow())
    expect(await backend.list('g', now)).toHaveLength(1)
    await backend.removeGroup('g', ending(now.at))
    await backend.ping(now)
    expect(calls).toEqual(['insert', 'find', 'list', 'removeGroup', 'ping'])
    expect(takeCalls()).toHaveLength(5)
    expect(calls).toEqual([])
  })

  test('holds writes until they are released, and lets reads pass', async () => {
    const { backend, hold } = controlledBackend()
    const held = hold()
    const inserting = insert(backend)
    await held.reached
    expect(await find(backend)).toBeNull()
    held.release()
    expect(await inserting).toMatchObject({ inserted: true })
    await backend.remove('g.a', ending(now.at))
  })

  test('resolves called() for calls before it and after it', async () => {
    const { backend, called, takeCalls } = controlledBackend()
    const later = called(['insert', 'replace'])
    await insert(backend)
    await later
    await called('insert')
    takeCalls()
    const again = called('insert').then(() => 'called')
    await find(backend)
    expect(await Promise.race([again, 'not called'])).toBe('not called')
  })

  test('fails until it is stopped, or as often as it was told', async () => {
    const { backend, fail } = controlledBackend()
    const outage = fail()
    await expect(insert(backend)).rejects.toThrow('ECONNREFUSED')
    outage.stop()
    expect(await find(backend)).toBeNull()
    const once = fail('find', { times: 1, error: new Error('no such host') })
    await expect(find(backend)).rejects.toThrow('no such host')
    expect(await find(backend)).toBeNull()
    expect([outage.count, once.count]).toEqual([1, 1])
  })

  test('applies an operation whose reply it loses, and lets another request in before that', async () => {
    const { backend, loseReplies } = controlledBackend()
    const seen: unknown[] = []
    const meanwhile = async () => void seen.push(await find(backend))
    loseReplies('insert', { times: 1, meanwhile })
    await expect(insert(backend)).rejects.toThrow('ECONNRESET')
    expect(seen).toEqual([makeRow()])
    expect(await insert(backend)).toMatchObject({ inserted: true })
  })

  test('runs interceptors around operations, the first outermost, until they are restored', async () => {
    const { backend, intercept, hold, restore } = controlledBackend()
    const order: string[] = []
    for (const name of ['outer', 'inner'])
      intercept('find', async (run, operation) => {
        order.push(`${name} before ${operation}`)
        const found = await run()
        order.push(`${name} after`)
        return found
      })
    await find(backend)
    expect(order).toEqual(['outer before find', 'inner before find', 'inner after', 'outer after'])
    const held = hold('insert')
    const inserting = insert(backend)
    await held.reached
    restore()
    await inserting
    await find(backend)
    expect(order).toHaveLength(4)
  })

  test('shares one control among several backends', async () => {
    const { wrap, calls, fail } = createBackendControl()
    const [one, two] = [wrap(referenceBackend()), wrap(referenceBackend())]
    await insert(one)
    fail('find')
    await expect(find(one)).rejects.toThrow()
    await expect(find(two)).rejects.toThrow()
    expect(calls).toEqual(['insert', 'find', 'find'])
  })

  test('leaves scan and close alone', async () => {
    const { backend, fail, calls } = controlledBackend()
    await insert(backend)
    fail(['find', 'list'])
    const ids: string[] = []
    for await (const { id } of backend.scan(callAt(now.at))) ids.push(id)
    await backend.close()
    expect([ids, calls]).toEqual([['g.a'], ['insert']])
  })
})

describe('a test carrier', () => {
  test('has the headers of its request by lower-case name', () => {
    const headers = { Authorization: 'Bearer x' }
    const carrier = createTestCarrier({ headers, cookie: 'a=1', secure: false })
    expect([carrier.header('authorization'), carrier.header('cookie'), carrier.secure]).toEqual([
      'Bearer x',
      'a=1',
      false,
    ])
    expect(createTestCarrier().header('cookie')).toBeUndefined()
  })

  test('keeps the headers of its response, and each Set-Cookie line', () => {
    const carrier = createTestCarrier({ responseHeaders: { Vary: 'Accept' } })
    const { setCookies, responseHeaders } = carrier
    carrier.append('Vary', 'Cookie')
    carrier.append('X-Other', '1')
    carrier.set('Cache-Control', 'private')
    for (const line of ['a=1', 'b=2']) carrier.append('Set-Cookie', line)
    expect(carrier.get('set-cookie')).toBe('a=1, b=2')
    carrier.withdraw?.('Set-Cookie', 'a=1')
    carrier.withdraw?.('Set-Cookie', 'c=3')
    expect(setCookies).toEqual(['b=2'])
    expect(carrier.get('Vary')).toBe('Accept, Cookie')
    expect(Object.fromEntries(responseHeaders)).toEqual({
      vary: 'Accept, Cookie',
      'x-other': '1',
      'cache-control': 'private',
    })
    expect(createTestCarrier().get('set-cookie')).toBeUndefined()
  })

  test('can pretend that its headers have left: no cookie is sent any more', async () => {
    const manager = managerOver(referenceBackend())
    const carrier = createTestCarrier()
    const session = await manager.load(carrier)
    carrier.sent = true
    await expect(session.login('ann')).rejects.toMatchObject({ code: 'ERR_SESSION_LATE' })
    expect(carrier.setCookies).toEqual([])
  })
})

describe('a visitor', () => {
  test('keeps its cookies from request to request, on every server', async () => {
    const backend = referenceBackend()
    const [here, there] = [managerOver(backend), managerOver(backend)]
    const ann = createVisitor(here)
    await ann.request((session) => session.login('ann'))
    expect(await ann.at(there).read()).toEqual({ data: {}, userId: 'ann' })
    const copy = ann.copy()
    await ann.at(there).request((session) => session.destroy())
    expect([ann.cookie, await copy.read()]).toEqual([undefined, null])
  })
})
