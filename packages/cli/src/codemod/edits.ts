import { Node } from 'ts-morph'

/** Replaces the text from `start` to `end`, offsets in a file; an insertion has both the same. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * Returns the text with all edits made. Everything else in it stays as it is: spaces, comments and line ends. What lies within
 * a text that is deleted is deleted with it.
 * @throws TypeError if two edits overlap otherwise, which would make nonsense of both.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = edits.toSorted((a, b) => a.start - b.start || b.end - a.end)
  let [result, at] = ['', 0]
  for (const { start, end, text: inserted } of sorted) {
    if (end < at || (end === at && start < at)) continue
    if (start < at) throw new TypeError('Two edits overlap')
    result += text.slice(at, start) + inserted
    at = end
  }
  return result + text.slice(at)
}

/** Returns the edit that inserts a text at an offset. */
export function insert(at: number, text: string): Edit {
  return { start: at, end: at, text }
}

/** Returns the edit that puts a text in place of a node. */
export function replace(node: Node, text: string): Edit {
  return { start: node.getStart(), end: node.getEnd(), text }
}

/** Returns the edit that deletes a statement, and its line if nothing else is on it. */
export function lineOf(statement: Node): Edit {
  const text = statement.getSourceFile().getFullText()
  const [start, end] = [statement.getStart(), statement.getEnd()]
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const lineEnd = text.indexOf('\n', end)
  const isAlone =
    lineEnd >= 0 &&
    text.slice(lineStart, start).trim() === '' &&
    text.slice(end, lineEnd).trim() === ''
  return isAlone ? { start: lineStart, end: lineEnd + 1, text: '' } : { start, end, text: '' }
}

/** Returns the spaces or tabs in front of the line that a node begins in. */
export function indentOf(node: Node): string {
  const text = node.getSourceFile().getFullText()
  const line = text.slice(text.lastIndexOf('\n', node.getStart() - 1) + 1)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}

/** Returns true for a statement that others may stand before and after. */
export function isInBlock(statement: Node): boolean {
  const parent = statement.getParent()
  return Node.isExpressionStatement(statement) || Node.isReturnStatement(statement)
    ? Node.isBlock(parent) || Node.isSourceFile(parent) || Node.isCaseClause(parent)
    : false
}
