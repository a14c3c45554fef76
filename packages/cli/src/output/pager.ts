import type { Invocation } from '../invocation.ts'
import { openKeyboard } from './keyboard.ts'
import { rowsOf } from './terminal-size.ts'

const prompt = '-- more: space · all: a · end: q --'
const eraseLine = '\r\u001b[2K'

/**
 * Returns a function to call after each line. On a terminal it waits for a key after each screenful, and returns `'stop'` if
 * the key was `q`; in a pipe it never waits.
 */
export function createPager(invocation: Invocation): () => Promise<'stop' | undefined> {
  const { stdout, stderr, defer } = invocation
  if (!stdout.isTTY || !stderr.isTTY) return async () => undefined
  const keyboard = openKeyboard(invocation)
  if (!keyboard) return async () => undefined
  let lines = 0
  let [isPaging, isAsking] = [true, false]
  const ask = async () => {
    isAsking = true
    stderr.write(prompt)
    const key = await keyboard.next()
    stopAsking()
    return key
  }
  const stopAsking = () => {
    if (isAsking) stderr.write(eraseLine)
    isAsking = false
  }
  defer(stopAsking)
  return async () => {
    lines++
    if (!isPaging || lines < rowsOf(stdout) - 1) return undefined
    lines = 0
    const key = await ask()
    isPaging = key !== 'a'
    return key === 'q' ? 'stop' : undefined
  }
}
