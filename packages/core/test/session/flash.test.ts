import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
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
