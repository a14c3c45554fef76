// Promises the two halves of a Markdown file, with their lines: its prose, and its fenced blocks.
import { readFileSync } from 'node:fs'

export interface Prose {
  text: string
  line: number
}

export interface Block {
  language: string
  /** The line of the first line of code. */
  line: number
  code: string[]
}

export function readMarkdown(file: string): { prose: Prose[]; blocks: Block[] } {
  const prose: Prose[] = []
  const blocks: Block[] = []
  let open: Block | undefined
  for (const [index, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    const fence = /^\s*```\s*(\S*)/.exec(text)
    if (fence) {
      open = open ? undefined : { language: fence[1] ?? '', line: index + 2, code: [] }
      if (open) blocks.push(open)
    } else if (open) open.code.push(text)
    else prose.push({ text, line: index + 1 })
  }
  return { prose, blocks }
}
