import {
  type ArrowFunction,
  type Block,
  type FunctionExpression,
  Node,
  type Statement,
  SyntaxKind,
} from 'ts-morph'
import { type Edit, indentOf, isInBlock } from './edits.ts'

/**
 * Returns the edits that put the body of a callback in place of the statement that passes it; `undefined` if that could mean
 * something else. It means the same where nothing follows the statement in its function, and the callback has no names of its own.
 */
export function inlined(
  statement: Statement,
  callback: Node,
  kept: string | undefined,
): Edit[] | undefined {
  if (!Node.isArrowFunction(callback) && !Node.isFunctionExpression(callback)) return undefined
  if (callback.isAsync() || usesThis(callback)) return undefined
  if (!Node.isReturnStatement(statement) && !endsFunction(statement)) return undefined
  const [start, end] = [statement.getStart(), statement.getEnd()]
  const before = kept === undefined ? '' : `${kept}\n${indentOf(statement)}`
  const body = callback.getBody()
  if (!Node.isBlock(body)) {
    if (!isInBlock(statement)) return undefined
    const back = Node.isReturnStatement(statement) ? 'return ' : ''
    const last = statement.getText().endsWith(';') ? ';' : ''
    return usesError(callback)
      ? undefined
      : [
          { start, end: body.getStart(), text: before + back },
          { start: body.getEnd(), end, text: last },
        ]
  }
  return inlinedBlock({ statement, callback, body, before })
}

function inlinedBlock({
  statement,
  callback,
  body,
  before,
}: {
  statement: Statement
  callback: ArrowFunction | FunctionExpression
  body: Block
  before: string
}): Edit[] | undefined {
  const statements = body.getStatements()
  const guards = statements.filter((each) => isErrorGuard(each, errorName(callback)))
  const rest = statements.filter((each) => !guards.includes(each))
  const [first] = rest
  const last = rest.at(-1)
  if (!first || !last || !isInBlock(statement) || rest.some(declaresNames)) return undefined
  if (statements.indexOf(first) !== guards.length || usesError(callback, rest)) return undefined
  const { start, end } = contentOf(body, guards.at(-1))
  if (endsInComment(body, end) && !endsLine(statement)) return undefined
  return [
    { start: statement.getStart(), end: start, text: before },
    ...dedented(body, { start, end }, indentOf(first).length - indentOf(statement).length),
    {
      start: end,
      end: statement.getEnd(),
      text:
        Node.isReturnStatement(statement) && !Node.isReturnStatement(last)
          ? `\n${indentOf(statement)}return${statement.getText().endsWith(';') ? ';' : ''}`
          : '',
    },
  ]
}

/** Returns where the content of a block begins, after a statement or its brace, and where it ends. Comments belong to it. */
function contentOf(block: Block, after: Node | undefined): { start: number; end: number } {
  const text = block.getSourceFile().getFullText()
  const from = after?.getEnd() ?? block.getStart() + 1
  const content = text.slice(from, block.getEnd() - 1)
  const start = from + content.length - content.trimStart().length
  return { start, end: start + content.trim().length }
}

function endsInComment(block: Block, end: number): boolean {
  const last = block.getStatements().at(-1)
  return last !== undefined && end > last.getEnd()
}

function endsLine(statement: Node): boolean {
  return /^[ \t]*(\r?\n|$)/.test(statement.getSourceFile().getFullText().slice(statement.getEnd()))
}

/** Moves lines to the left, by the depth of the callback. Lines in template literals are not touched. */
function dedented(
  block: Block,
  { start, end }: { start: number; end: number },
  by: number,
): Edit[] {
  const file = block.getSourceFile()
  const text = file.getFullText()
  const edits: Edit[] = []
  for (const match of text.slice(start, end).matchAll(/\n[ \t]+/g)) {
    const at = start + match.index + 1
    const isText =
      file.getDescendantAtPos(at)?.getKindName().startsWith('Template') ||
      file.getDescendantAtPos(at)?.getKind() === SyntaxKind.NoSubstitutionTemplateLiteral
    const width = Math.min(by, match[0].length - 1)
    if (!isText && width > 0) edits.push({ start: at, end: at + width, text: '' })
  }
  return edits
}

/** `if (err) return next(err)` without an else: Sojourn passes the error on by itself. */
function isErrorGuard(statement: Node, error: string | undefined): boolean {
  return (
    error !== undefined &&
    Node.isIfStatement(statement) &&
    statement.getExpression().getText() === error &&
    statement.getElseStatement() === undefined &&
    /^\{?\s*(return next|next|throw)[ (]\(?\w+\)?;?\s*(return;?)?\s*\}?$/.test(
      statement.getThenStatement().getText(),
    )
  )
}

function errorName(callback: ArrowFunction | FunctionExpression): string | undefined {
  return callback.getParameters()[0]?.getName()
}

function usesError(
  callback: ArrowFunction | FunctionExpression,
  within: readonly Node[] = [callback.getBody()],
): boolean {
  const name = errorName(callback)
  return within.some((node) =>
    [node, ...node.getDescendants()].some(
      (each) => Node.isIdentifier(each) && each.getText() === name,
    ),
  )
}

function usesThis(callback: Node): boolean {
  return Node.isFunctionExpression(callback) && /\b(this|arguments)\b/.test(callback.getText())
}

function declaresNames(statement: Node): boolean {
  return (
    Node.isVariableStatement(statement) ||
    Node.isFunctionDeclaration(statement) ||
    Node.isClassDeclaration(statement)
  )
}

/** Returns true if nothing is done after a statement, in its function; a plain `return` may follow. */
function endsFunction(statement: Node): boolean {
  const block = statement.getParent()
  if (!Node.isBlock(block)) return false
  const [next, ...others] = block.getStatements().slice(statement.getChildIndex() + 1)
  if (next) return others.length === 0 && /^return;?$/.test(next.getText())
  const owner = block.getParent()
  if (Node.isIfStatement(owner)) return endsFunction(owner)
  if (Node.isCatchClause(owner)) return endsFunction(owner.getParentOrThrow())
  if (Node.isTryStatement(owner)) return !owner.getFinallyBlock() && endsFunction(owner)
  return (
    Node.isFunctionLikeDeclaration(owner) ||
    Node.isArrowFunction(owner) ||
    Node.isFunctionExpression(owner)
  )
}
