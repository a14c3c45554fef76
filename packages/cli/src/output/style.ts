import { styleText } from 'node:util'
import type { OutStream } from '../invocation.ts'

/** What a text is, which decides its colour. */
export type Style = 'ok' | 'advice' | 'wrong' | 'quiet' | 'strong'

const formats = {
  ok: 'green',
  advice: 'yellow',
  wrong: 'red',
  quiet: 'dim',
  strong: 'bold',
} as const satisfies Record<Style, Parameters<typeof styleText>[0]>

/** Colours a text. */
export type Paint = (text: string, style: Style) => string

/** Returns a function that colours text for a stream: a terminal only, and not if `NO_COLOR` is set or `color` is false. */
export function painter(stream: OutStream, color: boolean): Paint {
  if (!color) return (text) => text
  return (text, style) => styleText(formats[style], text, { stream })
}
