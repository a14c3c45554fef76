import { usageFailure } from '../failure.ts'
import { listSources, readSource, replaceFiles } from './files.ts'
import { type MovedText, moveText } from './move-text.ts'

/** What became of one file. */
export interface MovedFile extends Omit<MovedText, 'text'> {
  readonly path: string
  /** Why nothing was done with it; then it is as it was. */
  readonly failure?: string
}

/**
 * Moves all files at some paths from express-session to Sojourn. Nothing is written before all have been read, and only with
 * `write`. Returns the files in which there is something to tell.
 * @throws Failure with the status `usage` if none of them imports express-session, as after a move.
 */
export function moveFiles(paths: readonly string[], { write }: { write: boolean }): MovedFile[] {
  const sources = listSources(paths).map(read)
  if (!sources.some(({ text }) => /['"`]express-session['"`]/.test(text)))
    throw usageFailure(
      'No file at these paths imports express-session.',
      'Give the folder of the whole application. If it has been moved, there is nothing left to do.',
    )
  const moved = sources.map(move)
  if (write) replaceFiles(moved.filter(({ text, before }) => text !== before))
  return moved
    .filter(({ changed, left, failure }) => changed.length > 0 || left.length > 0 || failure)
    .map(({ text: _, before: __, ...file }) => file)
}

interface Source {
  readonly path: string
  readonly text: string
  readonly failure?: string
}

function read(path: string): Source {
  try {
    return { path, text: readSource(path) }
  } catch (error) {
    return { path, text: '', failure: `It is no text in UTF-8: ${Object(error).message}` }
  }
}

function move({ path, text, failure }: Source): MovedFile & { text: string; before: string } {
  const asItWas = { path, text, before: text, changed: [], left: [], moved: 0 }
  if (failure !== undefined) return { ...asItWas, failure }
  if (!/session/i.test(text)) return asItWas
  try {
    return { path, before: text, ...moveText(path, text) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { ...asItWas, failure: `It cannot be parsed: ${error.message}` }
  }
}
