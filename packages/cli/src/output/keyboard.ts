import type { Invocation } from '../invocation.ts'

const ctrlC = '\u0003'
const ctrlD = '\u0004'

/** Single keys from the terminal. */
export interface Keyboard {
  /** Resolves to the next key: a character, or an escape sequence. Ctrl-D and the end of the input count as `q`. */
  next(): Promise<string>
}

/**
 * Reads single keys, without Enter and without an echo, until the command ends. Ctrl-C is a signal as ever. Returns `undefined` if
 * stdin is no terminal.
 */
export function openKeyboard({ stdin, defer }: Invocation): Keyboard | undefined {
  if (!stdin.isTTY) return undefined
  const waiting: ((key: string) => void)[] = []
  const press = (key: string) => waiting.shift()?.(key)
  const onData = (data: Buffer | string) => {
    const key = data.toString()
    if (key.includes(ctrlC)) process.kill(process.pid, 'SIGINT')
    else press(key.includes(ctrlD) ? 'q' : key)
  }
  const onEnd = () => press('q')
  stdin.setRawMode?.(true)
  stdin.on('data', onData)
  stdin.once('end', onEnd)
  stdin.resume()
  defer(() => {
    stdin.off('data', onData)
    stdin.off('end', onEnd)
    stdin.setRawMode?.(false)
    stdin.pause()
  })
  return { next: () => new Promise((resolve) => waiting.push(resolve)) }
}
