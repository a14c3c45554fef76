import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, test, vi } from 'vitest'
import { createProgressBar } from '../../src/output/progress-bar.ts'
import { testInvocation } from '../support.ts'

const erased = '\r\u001b[K'

/** A terminal, and what was written to it. */
function terminal(columns = 80) {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns })
  return { stream, text: () => String(stream.read() ?? '') }
}

test('a bar shows how far it has come, ten times a second at most, and goes without a trace', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const { stream, text } = terminal()
  const bar = createProgressBar(testInvocation({ stderr: stream }), 'Reading sessions')
  bar.update(0, 4_000)
  bar.update(1, 4_000)
  expect(text()).toBe(`${erased}${'░'.repeat(20)} Reading sessions: 0 of at most 4000`)
  vi.advanceTimersByTime(100)
  bar.update(1_000, 4_000)
  expect(text()).toBe(
    `${erased}${'█'.repeat(5)}${'░'.repeat(15)} Reading sessions: 1000 of at most 4000`,
  )
  vi.advanceTimersByTime(100)
  bar.update(9_000, undefined)
  expect(text()).toBe(`${erased}Reading sessions: 9000`)
  bar.end()
  bar.end()
  expect(text()).toBe(erased)
  vi.useRealTimers()
})

test('it fits a narrow terminal, and goes when the command ends early', () => {
  const { stream, text } = terminal(30)
  const invocation = testInvocation({ stderr: stream })
  createProgressBar(invocation, 'Reading sessions').update(10, 20)
  expect(stripVTControlCharacters(text()).trim()).toHaveLength(29)
  invocation.end()
  expect(text()).toBe(erased)
})

test('a pipe gets none', () => {
  const stderr = new PassThrough()
  const bar = createProgressBar(testInvocation({ stderr }), 'Reading sessions')
  bar.update(10, 20)
  bar.end()
  expect(stderr.read()).toBeNull()
})
