import { describe, expect, test } from 'vitest'
import { browser, managerOver, mapBackend, visit } from '../support.ts'

describe('a session shows', () => {
  test('its flash messages once, and only those of the type asked for', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, ({ flash }) => {
      flash.add('info', 'one')
      flash.add('info', { two: 2 })
      flash.add('info:more', 'other')
    })
    await visit(manager, visitor, ({ flash }) =>
      expect(flash.take('info')).toEqual(['one', { two: 2 }]),
    )
    await visit(manager, visitor, ({ flash }) => {
      expect(flash.take('info')).toEqual([])
      expect(flash.take('info:more')).toEqual(['other'])
    })
  })
})
