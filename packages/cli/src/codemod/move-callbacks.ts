import { type CallExpression, Node, type Statement } from 'ts-morph'
import { type Edit, isInBlock, lineOf, replace } from './edits.ts'
import { inlined } from './inline-callback.ts'
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
    return change(access, kept === undefined ? withoutSave(statement) : replace(call, kept))
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

/** Returns the edit that takes away a statement that only saves. What returns still does, and a promise that it returns is one. */
function withoutSave(statement: Statement): Edit {
  if (!Node.isReturnStatement(statement)) return lineOf(statement)
  const isPromise = Node.isNewExpression(statement.getExpression())
  const last = statement.getText().endsWith(';') ? ';' : ''
  return replace(statement, `return${isPromise ? ' Promise.resolve()' : ''}${last}`)
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

function isEmpty(callback: Node): boolean {
  return Node.isArrowFunction(callback) && callback.getBody().getText().replace(/\s/g, '') === '{}'
}
