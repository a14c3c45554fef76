import Table from 'cli-table3'
import stringWidth from 'fast-string-width'
import { wrapAnsi } from 'fast-wrap-ansi'
import { safeText } from './safe-text.ts'
import type { Paint, Style } from './style.ts'

/** A text, or a text with a style. It is cleaned before it is printed: a line feed in it begins no new line either. */
export type Text = string | { readonly text: string; readonly style: Style }

/** Rows of cells below an optional head. Cells that do not fit are wrapped. */
export interface TableContent {
  readonly head?: readonly string[]
  readonly rows: readonly (readonly Text[])[]
  /** The columns whose cells end at the same place, as numbers do, counted from 0. @default none */
  readonly right?: readonly number[]
}

/** The columns are two spaces apart. */
const gap = 2
/** No column is made narrower than this, whatever is in the others. */
const narrowest = 8

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat('middle')
    .map((name) => [name, '']),
)

/** Returns the lines of a table that is at most `width` columns wide, without borders. */
export function layOut(
  { head, rows, right = [] }: TableContent,
  width: number,
  paint: Paint,
): string {
  const all = [...(head ? [head.map((text) => ({ text, style: 'quiet' as const }))] : []), ...rows]
  const cells = all.map((row) => row.map(partsOf))
  const widths = fit(naturalWidths(cells), width)
  const table = new Table({
    chars: noBorders,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [] },
    colWidths: widths.map((each) => each + gap),
    colAligns: widths.map((_, column) => (right.includes(column) ? 'right' : 'left')),
  })
  for (const row of cells)
    table.push(
      row.map(({ text, style }, column) => {
        const lines = wrap(text, widths[column] ?? width)
        return lines.map((line) => (style ? paint(line, style) : line)).join('\n')
      }),
    )
  return table.toString().replace(/[^\S\n]+$/gm, '')
}

/** Returns the lines of a text that is at most `width` columns wide. A longer word is broken. */
export function wrap(text: string, width: number): string[] {
  return wrapAnsi(text, width, { hard: true }).split('\n')
}

/** Returns the cleaned text and the style of a cell. */
export function partsOf(cell: Text): { text: string; style?: Style } {
  const { text, style } = typeof cell === 'string' ? { text: cell, style: undefined } : cell
  return { text: safeText(text), ...(style && { style }) }
}

function naturalWidths(rows: readonly (readonly { text: string }[])[]): number[] {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0)
  return Array.from({ length: columns }, (_, column) =>
    rows.reduce((widest, row) => Math.max(widest, stringWidth(row[column]?.text ?? '')), 1),
  )
}

/** Takes from the widest column until all fit. */
function fit(natural: readonly number[], width: number): number[] {
  const widths = [...natural]
  let surplus = widths.reduce((sum, each) => sum + each + gap, -gap) - width
  while (surplus > 0) {
    const widest = widths.indexOf(Math.max(...widths))
    if ((widths[widest] ?? 0) <= narrowest) return widths
    widths[widest] = (widths[widest] ?? 0) - 1
    surplus--
  }
  return widths
}
