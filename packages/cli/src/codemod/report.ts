import type { Node } from 'ts-morph'
import type { Edit } from './edits.ts'

/** The sections of docs/how-to/move-from-express-session.md that say what to do by hand. */
export type Section =
  | 'mount-the-sessions'
  | 'log-users-in'
  | 'set-limits-at-the-login'
  | 'save-and-reload'
  | 'pass-the-session-on'
  | 'read-the-store'
  | 'replace-flash-and-csurf'
  | 'declare-the-data'
  | 'mend-the-tests'

/** A place that was changed. */
export interface ChangedPlace {
  /** Counted from 1, in the file as it was. */
  readonly line: number
  /** The line as it was. */
  readonly text: string
}

/** A place that is left to a person. */
export interface LeftPlace extends ChangedPlace {
  readonly why: string
  readonly section: Section
}

/** What a rule does with a place: change it, leave it to a person, or nothing, as it has Sojourn's form already. */
export type Move = Change | Leave | 'moved'

/** A place that is changed, and how. */
export interface Change {
  readonly place: ChangedPlace
  readonly edits: readonly Edit[]
}

/** A place that is left. */
export interface Leave {
  readonly left: LeftPlace
}

/** Changes a place, by so many edits. */
export function change(node: Node, ...edits: readonly Edit[]): Change {
  return { place: placeOf(node), edits }
}

/** Leaves a place to a person. */
export function leave(node: Node, section: Section, why: string): Leave {
  return { left: { ...placeOf(node), why, section } }
}

function placeOf(node: Node): ChangedPlace {
  const file = node.getSourceFile()
  const { line } = file.getLineAndColumnAtPos(node.getStart())
  return { line, text: file.getFullText().split(/\r?\n/)[line - 1]?.trim() ?? '' }
}
