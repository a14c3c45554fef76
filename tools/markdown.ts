// Reads the fenced code blocks of a Markdown file.
import { readFileSync } from 'node:fs'

export interface CodeBlock {
  language: string
  /** The line number of the first line of code. */
  line: number
  code: string[]
}

/** The fenced blocks of a Markdown file, in order. */
export function codeBlocks(file: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: CodeBlock | undefined
  for (const [index, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    const fence = /^\s*```\s*(\S*)/.exec(text)
    if (fence) {
      open = open ? undefined : { language: fence[1] ?? '', line: index + 2, code: [] }
      if (open) blocks.push(open)
    } else open?.code.push(text)
  }
  return blocks
}

/** Returns a Markdown text whose links, outside of fenced code, are replaced by what `map` returns for them. */
export function mapLinks(text: string, map: (link: string) => string): string {
  const parts = text.split(/^(\s*```[\s\S]*?^\s*```.*)$/m)
  return parts
    .map((part) =>
      /^\s*```/.test(part)
        ? part
        : part.replace(
            /(\]\(|^\[[^\]]+\]:\s*)([^\s)]+)/gm,
            (_, before: string, link: string) => `${before}${map(link)}`,
          ),
    )
    .join('')
}
