import type { OutStream } from '../invocation.ts'
import { safeJson, safeText } from './safe-text.ts'
import { painter } from './style.ts'
import { layOut, partsOf, type TableContent, type Text, wrap } from './table.ts'
import { columnsOf } from './terminal-size.ts'

/**
 * Prints what a command has to say. All texts are cleaned of control characters first and coloured then, so that nothing that
 * comes from Redis can drive the terminal.
 */
export interface Output {
  /** True with `--json`: `json` is called once, and nothing else. */
  readonly isJson: boolean
  /** The columns of the terminal; 80 in a pipe or a file. */
  readonly width: number
  /** Prints a text; what does not fit is wrapped. Without a text it prints an empty line. */
  line(text?: Text): void
  /** Prints a text on one line, however long, so that it can be copied or piped. */
  raw(text: string): void
  /** Prints a text whose line feeds are its own and not those of others, such as indented JSON. Lines are not wrapped. */
  block(text: string): void
  table(table: TableContent): void
  json(value: unknown): void
  /** Prints JSON on one line: for what comes piece by piece, in place of `json`. */
  jsonLine(value: unknown): void
}

/** How to print: the options that every command has. */
export interface OutputOptions {
  /** `--json`. */
  readonly json?: boolean | undefined
  /** False with `--no-color`. */
  readonly color: boolean
}

/** Creates the output on a stream. */
export function createOutput(stream: OutStream, options: OutputOptions): Output {
  const { json: isJson = false, color } = options
  const paint = painter(stream, color)
  const width = columnsOf(stream)
  const print = (text: string) => void stream.write(`${text}\n`)
  return {
    isJson,
    width,
    line(content = '') {
      const { text, style } = partsOf(content)
      for (const line of wrap(text, width)) print(style ? paint(line, style) : line)
    },
    raw: (text) => print(safeText(text)),
    block: (text) => print(text.split('\n').map(safeText).join('\n')),
    table: (table) => print(layOut(table, width, paint)),
    json: (value) => print(safeJson(value, 2)),
    jsonLine: (value) => print(safeJson(value)),
  }
}
