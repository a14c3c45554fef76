import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { createFlash } from '../../src/session/flash.ts'
import { testManager } from '../support.ts'

describe('a session shows', () => {
  test('its flash messages once, and only those of the type asked for', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request(({ flash }) => {
      flash.add('info', 'one')
      flash.add('info', { two: 2 })
      flash.add('info:more', 'other')
    })
    await visitor.request(({ flash }) => expect(flash.take('info')).toEqual(['one', { two: 2 }]))
    await visitor.request(({ flash }) => {
      expect(flash.take('info')).toEqual([])
      expect(flash.take('info:more')).toEqual(['other'])
    })
  })
})

describe('flash messages', () => {
  test('are keys of their own, so that those of parallel requests are merged and none is lost', () => {
    const [one, two]: Record<string, unknown>[] = [{}, {}]
    createFlash(() => one ?? {}).add('info', 'first')
    createFlash(() => two ?? {}).add('info', 'second')
    const data: Record<string, unknown> = { ...one, ...two }
    expect(Object.keys(data)).toHaveLength(2)
    expect(
      createFlash(() => data)
        .take('info')
        .sort(),
    ).toEqual(['first', 'second'])
    expect(data).toEqual({})
  })

  test('are taken oldest first, and one that was added meanwhile stays', () => {
    const data: Record<string, unknown> = {}
    const flash = createFlash(() => data)
    for (let n = 0; n < 20; n++) flash.add('info', n)
    expect(flash.take('info')).toEqual(Array.from({ length: 20 }, (_, n) => n))
    flash.add('info', 'later')
    expect(flash.take('info')).toEqual(['later'])
  })

  test('share no key with the data of the application, nor with another type', () => {
    const data: Record<string, unknown> = { flash: 1, 'flash:': 2, 'info:x': 3 }
    const flash = createFlash(() => data)
    flash.add('a:b', 'nested')
    flash.add('a', 'outer')
    flash.add('', 'none')
    expect([flash.take('a'), flash.take('b'), flash.take('')]).toEqual([['outer'], [], ['none']])
    expect(flash.take('a:b')).toEqual(['nested'])
    expect(data).toEqual({ flash: 1, 'flash:': 2, 'info:x': 3 })
  })
})
