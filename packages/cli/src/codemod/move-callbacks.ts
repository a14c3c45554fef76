import {
  type ArrowFunction,
  type Block,
  type CallExpression,
  type FunctionExpression,
  Node,
  type Statement,
  SyntaxKind,
} from 'ts-morph'
import { type Edit, indentOf, lineOf, replace } from './edits.ts'
import type { Member } from './members.ts'
import { change, leave, type Move } from './report.ts'

interface CalledMember extends Member {
  readonly call: CallExpression
}

/**
 * Moves `save`, `touch` and `destroy`. Changes are written before the response leaves, and what fails then fails the request; so
 * `save` and `touch` go, and of their callbacks stays what they do without an error. `destroy(cb)` works as it is, but TypeScript
 * refuses the callback.
 */
export function moveCallback(member: CalledMember): Move | undefined {
  const { access, call, name, session } = member
  const [callback] = call.getArguments()
  const isTypeScript = /\.[cm]?tsx?$/.test(session.getSourceFile().getFilePath())
  if (name === 'destroy' && (callback === undefined || !isTypeScript)) return undefined
  const wrapper = promiseAround(call)
  const kept = name === 'destroy' ? `${session.getText()}.destroy()` : undefined
  if (wrapper && kept)
    return change(access, { start: wrapper.getStart(), end: wrapper.getEnd(), text: kept })
  const statement = statementOf(wrapper ?? call)
  if (statement && (wrapper || callback === undefined || isEmpty(callback)) && isInBlock(statement))
    return change(access, kept === undefined ? lineOf(statement) : replace(call, kept))
  const edits = statement && callback && inlined(statement, callback, kept)
  if (edits) return change(access, ...edits)
  return leave(
    access,
    'save-and-reload',
    name === 'destroy'
      ? 'Write await req.session.destroy(): TypeScript refuses the callback.'
      : 'Changes are written before the response is sent: go on at once, without the callback.',
  )
}

/**
 * Returns the edits that put the body of a callback in place of the statement that passes it; `undefined` if that could mean
 * something else. It means the same where nothing follows the statement in its function, and the callback has no names of its own.
 */
function inlined(
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
  return [
    { start: statement.getStart(), end: first.getStart(), text: before },
    ...dedented(first.getStart(), last, indentOf(first).length - indentOf(statement).length),
    {
      start: last.getEnd(),
      end: statement.getEnd(),
      text:
        Node.isReturnStatement(statement) && !Node.isReturnStatement(last)
          ? `\n${indentOf(statement)}return${statement.getText().endsWith(';') ? ';' : ''}`
          : '',
    },
  ]
}

/** Moves lines to the left, by the depth of the callback. Lines in template literals are not touched. */
function dedented(start: number, last: Node, by: number): Edit[] {
  const file = last.getSourceFile()
  const text = file.getFullText()
  const edits: Edit[] = []
  for (const match of text.slice(start, last.getEnd()).matchAll(/\n[ \t]+/g)) {
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

/** Returns the promise whose only purpose is to wait for a call: `new Promise((resolve, reject) => req.session.save(…))`. */
function promiseAround(call: CallExpression): Node | undefined {
  const executor = call.getFirstAncestor(
    (node) => Node.isArrowFunction(node) || Node.isFunctionExpression(node),
  )
  const promise = executor?.getParent()
  if (
    !executor ||
    !Node.isNewExpression(promise) ||
    promise.getExpression().getText() !== 'Promise'
  )
    return undefined
  const body = executor.getLastChild()
  const isAll =
    body === call ||
    (Node.isBlock(body) &&
      body.getStatements().length === 1 &&
      body.getStatements()[0]?.getText().replace(/;$/, '') === call.getText())
  return isAll && onlySettles(call) ? promise : undefined
}

/** Returns true if a callback does nothing but settle the promise around it. */
function onlySettles(call: CallExpression): boolean {
  const text = call.getArguments()[0]?.getText().replace(/\s+/g, ' ') ?? ''
  const settle = String.raw`\{? ?(if \(\w+\) )?(return )?\(?(\w+ \? )?reject\(\w+\)( : resolve\((undefined)?\))?\)?;? ?(else )?(resolve\((undefined)?\))?;? ?\}?`
  return (
    /^resolve$/.test(text) ||
    new RegExp(String.raw`^(\((\w+)(: \w+)?\)|\w+) => ${settle}$`).test(text)
  )
}

/** Returns the statement that a call is all of; `await` and `return` before it count to it. */
function statementOf(call: Node): Statement | undefined {
  const parent = call.getParent()
  if (Node.isAwaitExpression(parent)) return statementOf(parent)
  return Node.isExpressionStatement(parent) || Node.isReturnStatement(parent) ? parent : undefined
}

function isInBlock(statement: Node): boolean {
  const parent = statement.getParent()
  return Node.isExpressionStatement(statement) || Node.isReturnStatement(statement)
    ? Node.isBlock(parent) || Node.isSourceFile(parent) || Node.isCaseClause(parent)
    : false
}

function isEmpty(callback: Node): boolean {
  return Node.isArrowFunction(callback) && callback.getBody().getText().replace(/\s/g, '') === '{}'
}
