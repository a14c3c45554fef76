import type { Invocation } from '../invocation.ts'
import { cutTo } from './columns.ts'
import { painter } from './style.ts'
import { partsOf, type Text } from './table.ts'
import { columnsOf, rowsOf } from './terminal-size.ts'

const enter = '\u001b[?1049h\u001b[?25l'
const leave = '\u001b[?25h\u001b[?1049l'
const home = '\u001b[H'
const eraseRest = '\u001b[K'
const eraseBelow = '\u001b[J'

/** The whole terminal, drawn again and again. */
export interface Screen {
  /** How many lines fit. */
  rows(): number
  /** How many columns a line has. */
  columns(): number
  /** Draws lines from the top; what does not fit is cut off. */
  draw(lines: readonly Text[]): void
  /** Calls the listener when the terminal changes its size. Returns a function that removes it. */
  onResize(listener: () => void): () => void
}

/** Takes the alternate screen of the terminal, and gives back the one from before when the command ends, however it ends. */
export function openScreen({ stdout, defer }: Invocation, { color }: { color: boolean }): Screen {
  const paint = painter(stdout, color)
  stdout.write(enter)
  defer(() => void stdout.write(leave))
  return {
    rows: () => rowsOf(stdout),
    columns: () => columnsOf(stdout),
    draw(lines) {
      const width = columnsOf(stdout)
      const shown = lines.slice(0, rowsOf(stdout)).map((line) => {
        const { text, style } = partsOf(line)
        const cut = cutTo(text, width)
        return `${style ? paint(cut, style) : cut}${eraseRest}`
      })
      stdout.write(`${home}${shown.join('\r\n')}${eraseBelow}`)
    },
    onResize(listener) {
      stdout.on('resize', listener)
      return () => void stdout.off('resize', listener)
    },
  }
}
