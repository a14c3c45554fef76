import {
  type BinaryExpression,
  type BindingElement,
  Node,
  type PropertyAccessExpression,
  type PropertyAssignment,
  type SourceFile,
  SyntaxKind,
} from 'ts-morph'
import { insert, replace } from './edits.ts'
import { isBoundToRequest, isRequest, propertyOf, requestName } from './find-sessions.ts'
import { isOwnMember } from './members.ts'
import { change, leave, type Move } from './report.ts'

/** Moves what express-session adds to the request besides `session`: `sessionID` and `sessionStore`. */
export function moveRequest(file: SourceFile): Move[] {
  const accesses = file
    .getDescendantsOfKind(SyntaxKind.PropertyAccessExpression)
    .filter((access) => isRequest(access.getExpression()))
  const parts = file.getDescendantsOfKind(SyntaxKind.BindingElement).filter(isBoundToRequest)
  const requests = file
    .getDescendantsOfKind(SyntaxKind.PropertyAssignment)
    .filter((property) => property.getName() === 'session' && isMadeByHand(property))
  return [
    ...accesses.filter((access) => access.getName() === 'sessionID').map(moveId),
    ...parts.filter((part) => propertyOf(part) === 'sessionID').map(moveBoundId),
    ...parts.filter((part) => propertyOf(part) === 'session').flatMap(moveNested),
    ...file.getDescendantsOfKind(SyntaxKind.BinaryExpression).filter(takesSession).map(leaveTaken),
    ...accesses.filter((access) => access.getName() === 'sessionStore').map(leaveStore),
    ...parts.filter((part) => propertyOf(part) === 'sessionStore').map(leaveStore),
    ...requests.map(moveMadeByHand),
    ...file
      .getDescendantsOfKind(SyntaxKind.ShorthandPropertyAssignment)
      .filter((property) => property.getName() === 'session' && isMadeByHand(property))
      .map(leaveMadeByHand),
  ]
}

function moveId(access: PropertyAccessExpression): Move {
  const parent = access.getParent()
  const isAssigned = Node.isBinaryExpression(parent) && parent.getLeft() === access
  return isAssigned && parent.getOperatorToken().getText() === '='
    ? leave(access, 'mend-the-tests', 'The id of a session is not assigned.')
    : change(access, replace(access.getNameNode(), 'session.id'))
}

/** `const { sessionID } = req` becomes `const { id: sessionID } = req.session`. */
function moveBoundId(element: BindingElement): Move {
  const pattern = element.getParent()
  const declaration = pattern.getParent()
  const value = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined
  if (!value || pattern.getElements().length > 1)
    return leave(element, 'pass-the-session-on', 'The id is req.session.id.')
  const name = element.getNameNode().getText()
  return change(element, replace(element, `id: ${name}`), insert(value.getEnd(), '.session'))
}

/** `const { session: { cart } } = req` becomes `const { session: { data: { cart } } } = req`. */
function moveNested(element: BindingElement): Move[] {
  const pattern = element.getNameNode()
  if (!Node.isObjectBindingPattern(pattern)) return []
  if (pattern.getElements().map(propertyOf).some(isOwnMember) || element.getInitializer())
    return [
      leave(
        element,
        'pass-the-session-on',
        'Some of these names are of the session, others of its data.',
      ),
    ]
  const [start, end] = [pattern.getStart(), pattern.getEnd()]
  return [change(element, insert(start, '{ data: '), insert(end, ' }'))]
}

/** Returns true for `({ session } = req)`. */
function takesSession(assignment: BinaryExpression): boolean {
  const taken = assignment.getLeft()
  return (
    assignment.getOperatorToken().getText() === '=' &&
    Node.isObjectLiteralExpression(taken) &&
    taken.getProperty('session') !== undefined &&
    isRequest(assignment.getRight())
  )
}

function leaveTaken(assignment: BinaryExpression): Move {
  return leave(
    assignment,
    'pass-the-session-on',
    'The session gets another name here: its data is .data of that.',
  )
}

function leaveStore(node: Node): Move {
  return leave(
    node,
    'read-the-store',
    'The manager lists and ends sessions: sessions(userId), revoke(id), revokeAll(userId).',
  )
}

/** `session: { cart }` of a request that a test makes becomes `session: { data: { cart } }`. */
function moveMadeByHand(property: PropertyAssignment): Move {
  const session = property.getInitializer()
  const fields = Node.isObjectLiteralExpression(session) ? session.getProperties() : []
  const isData = fields.every(
    (field) =>
      Node.isPropertyAssignment(field) &&
      !isOwnMember(field.getName()) &&
      !/=>|function|stub|spy|mock/.test(field.getText()),
  )
  if (!session || !Node.isObjectLiteralExpression(session) || !isData)
    return leaveMadeByHand(property)
  return change(property, insert(session.getStart(), '{ data: '), insert(session.getEnd(), ' }'))
}

function leaveMadeByHand(property: Node): Move {
  return leave(
    property,
    'mend-the-tests',
    'This request is made by hand: its session needs an object data.',
  )
}

/** `const req = { session: {…} }`, as tests write it. */
function isMadeByHand(property: Node): boolean {
  const owner = property.getParentOrThrow().getParent()
  if (Node.isVariableDeclaration(owner)) return requestName.test(owner.getName())
  if (Node.isBinaryExpression(owner)) return requestName.test(owner.getLeft().getText())
  return Node.isPropertyAssignment(owner) && requestName.test(owner.getName())
}
