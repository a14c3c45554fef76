import { Project, ts } from 'ts-morph'
import { applyEdits, type Edit } from './edits.ts'
import { findSessions } from './find-sessions.ts'
import { moveMount } from './move-mount.ts'
import { leavePackages } from './move-packages.ts'
import { moveRequest } from './move-request.ts'
import { moveTypes } from './move-types.ts'
import { moveUse } from './move-uses.ts'
import type { Change, ChangedPlace, Leave, LeftPlace, Move } from './report.ts'

/** What became of a file. */
export interface MovedText {
  readonly text: string
  readonly changed: readonly ChangedPlace[]
  readonly left: readonly LeftPlace[]
  /** How many places have Sojourn's form already. */
  readonly moved: number
}

/**
 * Moves the text of one file from express-session to Sojourn: what means the same in each case. The rest is left as it is, with
 * the reason.
 * @throws SyntaxError if the text, or what became of it, is no JavaScript or TypeScript.
 */
export function moveText(path: string, given: string): MovedText {
  const mark = given.startsWith('\ufeff') ? '\ufeff' : ''
  const text = given.slice(mark.length)
  const file = parse(path, text)
  const mount = moveMount(file)
  const isMounted = mount.some((move) => isChange(move) && /connect-redis/.test(move.place.text))
  const moves = [
    ...findSessions(file).map(moveUse),
    ...moveRequest(file),
    ...moveTypes(file),
    ...mount,
    ...leavePackages(file, isMounted ? ['connect-redis'] : []),
  ]
  const edits = moves.flatMap((move) => (isChange(move) ? move.edits : []))
  const result = applyEdits(text, text.includes('\r\n') ? edits.map(withReturns) : edits)
  if (result !== text) parse(path, result)
  return {
    text: mark + result,
    changed: moves.flatMap((move) => (isChange(move) ? move.place : [])).toSorted(byLine),
    left: moves.flatMap((move) => (isLeave(move) ? move.left : [])).toSorted(byLine),
    moved: moves.filter((move) => move === 'moved').length,
  }
}

function withReturns(edit: Edit): Edit {
  return { ...edit, text: edit.text.replaceAll(/\r?\n/g, '\r\n') }
}

function isChange(move: Move | undefined): move is Change {
  return typeof move === 'object' && 'edits' in move
}

function isLeave(move: Move | undefined): move is Leave {
  return typeof move === 'object' && 'left' in move
}

function byLine(a: ChangedPlace, b: ChangedPlace): number {
  return a.line - b.line
}

function parse(path: string, text: string) {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    compilerOptions: { allowJs: true, jsx: ts.JsxEmit.Preserve, noLib: true, noResolve: true },
  })
  const file = project.createSourceFile(`/${path.replace(/^[./\\]+/, '')}`, text)
  const [error] = project.getProgram().getSyntacticDiagnostics(file)
  if (!error) return file
  throw new SyntaxError(
    `line ${error.getLineNumber()}: ${ts.flattenDiagnosticMessageText(error.compilerObject.messageText, ' ')}`,
  )
}
