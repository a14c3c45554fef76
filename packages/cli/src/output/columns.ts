import stringWidth from 'fast-string-width'
import { safeText } from './safe-text.ts'

const gap = '  '
const segmenter = new Intl.Segmenter()

/**
 * Returns a function that makes a line of cells, for a table whose rows come one after another: the widths do not depend on
 * what is in them. What is too long for its column is cut off, except in the last one.
 */
export function columns(widths: readonly number[]): (cells: readonly string[]) => string {
  return (cells) =>
    cells
      .map((cell, at) => fitted(safeText(cell), widths[at] ?? 0))
      .join(gap)
      .trimEnd()
}

/** Returns a text that takes at most `width` columns; one that is cut off ends with an ellipsis. */
export function cutTo(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const { segment } of segmenter.segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** Returns a text that takes exactly `width` columns; 0 is as many as it takes. */
function fitted(text: string, width: number): string {
  if (width === 0) return text
  const cut = cutTo(text, width)
  return cut + ' '.repeat(width - stringWidth(cut))
}
