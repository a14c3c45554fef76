import { Node, SyntaxKind } from 'ts-morph'
import { insert, replace } from './edits.ts'
import { aliasOf, dressed, propertyOf } from './find-sessions.ts'
import { isOwnMember } from './members.ts'
import { moveMember } from './move-members.ts'
import { change, leave, type Move } from './report.ts'

/** Functions of `Object` that work on the keys of their first argument. */
const overKeys = /^Object\.(keys|values|entries|assign|hasOwn)$/

/** Moves one use of a session: a member, or the session as a whole. `undefined` if it works as it is. */
export function moveUse(session: Node): Move | undefined {
  const whole = dressed(session)
  const parent = whole.getParentOrThrow()
  const toData = () => change(session, insert(whole.getEnd(), '.data'))
  if (Node.isPropertyAccessExpression(parent) && parent.getExpression() === whole)
    return moveMember({ session: whole, access: parent, name: parent.getName() })
  if (Node.isElementAccessExpression(parent) && parent.getExpression() === whole) {
    const key = parent.getArgumentExpression()
    const name = Node.isStringLiteral(key) ? key.getLiteralText() : ''
    return moveMember({ session: whole, access: parent, name })
  }
  if (Node.isVariableDeclaration(parent)) {
    if (aliasOf(session).length > 0) return undefined // its uses are moved
    return moveDestructured(session, whole)
  }
  if (Node.isBinaryExpression(parent)) {
    const operator = parent.getOperatorToken().getText()
    if (operator === 'in' && parent.getRight() === whole) return toData()
    if (operator === '=' && parent.getLeft() === whole) return moveAssignment(session, parent)
  }
  if (Node.isDeleteExpression(parent)) return moveEnd(session, parent)
  if (Node.isSpreadAssignment(parent) || Node.isForInStatement(parent)) return toData()
  if (isTested(whole)) return undefined // a session is always there, and true
  if (Node.isTypeQuery(parent))
    return leave(
      session,
      'declare-the-data',
      'The type is that of the data now: SessionData of @sojourn/core.',
    )
  if (Node.isCallExpression(parent) && parent.getArguments()[0] === whole) {
    const called = parent.getExpression().getText()
    if (overKeys.test(called)) return toData()
    return leave(
      session,
      'pass-the-session-on',
      `The whole session goes to ${called}(): it may want its data.`,
    )
  }
  return leave(session, 'pass-the-session-on', 'The whole session is used: this may want its data.')
}

/** `const { cart } = req.session` takes data; what the session itself has is not there. */
function moveDestructured(session: Node, whole: Node): Move | undefined {
  const pattern = whole.getParentOrThrow().getFirstChildByKind(SyntaxKind.ObjectBindingPattern)
  const names = pattern?.getElements().map(propertyOf) ?? []
  if (names.length > 0 && !names.some(isOwnMember))
    return change(session, insert(whole.getEnd(), '.data'))
  return leave(
    session,
    'pass-the-session-on',
    'Some of these names are of the session, others of its data.',
  )
}

function moveAssignment(session: Node, assignment: Node): Move | undefined {
  const value = assignment.getLastChildOrThrow().getText()
  if (value === 'null' || value === 'undefined') return moveEnd(session, assignment)
  return leave(
    session,
    'mend-the-tests',
    'A session is not assigned: only the middleware makes one.',
  )
}

/** `req.session = null` and `delete req.session` end a session, where cookie-session or `unset: 'destroy'` does it. */
function moveEnd(session: Node, node: Node): Move | undefined {
  if (Node.isExpressionStatement(node.getParent()))
    return change(session, replace(node, `${session.getText()}.destroy()`))
  return leave(
    session,
    'pass-the-session-on',
    'This ends the session: write await req.session.destroy().',
  )
}

/** Returns true if a value is only asked whether it is there. */
function isTested(node: Node): boolean {
  const parent = node.getParent()
  if (Node.isParenthesizedExpression(parent)) return isTested(parent)
  if (Node.isPrefixUnaryExpression(parent))
    return parent.getOperatorToken() === SyntaxKind.ExclamationToken
  if (Node.isIfStatement(parent) || Node.isWhileStatement(parent))
    return parent.getExpression() === node
  if (Node.isConditionalExpression(parent)) return parent.getCondition() === node
  if (!Node.isBinaryExpression(parent)) return false
  const operator = parent.getOperatorToken().getText()
  if (/^[!=]==?$/.test(operator)) return /^(null|undefined)$/.test(parent.getRight().getText())
  if (operator === '&&') return parent.getLeft() === node || isTested(parent)
  return operator === '||' && isTested(parent)
}
