import type { Invocation } from '../invocation.ts'
import { openKeyboard } from './keyboard.ts'

const prompt = '-- more: space · all: a · end: q --'
const eraseLine = '\r\u001b[2K'

/**
 * Returns a function to call after each line. On a terminal it waits for a key after each screenful, and returns `'stop'` if
 * the key was `q`; in a pipe it never waits.
 */
export function createPager(invocation: Invocation): () => Promise<'stop' | undefined> {
  const { stdout, stderr } = invocation
  if (!stdout.isTTY || !stderr.isTTY) return async () => undefined
  const keyboard = openKeyboard(invocation)
  if (!keyboard) return async () => undefined
  let lines = 0
  let isPaging = true
  return async () => {
    lines++
    if (!isPaging || lines < (stdout.rows ?? 24) - 1) return undefined
    lines = 0
    stderr.write(prompt)
    const key = await keyboard.next()
    stderr.write(eraseLine)
    isPaging = key !== 'a'
    return key === 'q' ? 'stop' : undefined
  }
}
