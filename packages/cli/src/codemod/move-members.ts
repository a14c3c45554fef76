import { type CallExpression, Node, SyntaxKind } from 'ts-morph'
import { insert, replace } from './edits.ts'
import { isGetter, isMethod, type Member } from './members.ts'
import { moveCallback } from './move-callbacks.ts'
import { change, leave, type Move, type Section } from './report.ts'

const leftMembers: Readonly<Record<string, readonly [Section, string]>> = {
  regenerate: ['log-users-in', 'A login takes its place: await req.session.login(userId).'],
  reload: [
    'save-and-reload',
    'update() works on the newest data: await req.session.update((data) => …).',
  ],
  cookie: [
    'set-limits-at-the-login',
    'The limits are options: maxAge of the manager, and of login(userId, { maxAge }).',
  ],
  req: ['pass-the-session-on', 'A session does not know its request.'],
  resetMaxAge: ['save-and-reload', 'Each use prolongs a session.'],
}

/** Moves one member of a session: most are data. `undefined` if it works as it is. */
export function moveMember(member: Member): Move | undefined {
  const { access, name } = member
  const call = callOf(access)
  const left = Object.hasOwn(leftMembers, name) ? leftMembers[name] : undefined
  if (left) return leave(access, ...left)
  switch (name) {
    case 'id':
      return undefined
    case 'data':
      return 'moved'
    case 'userId':
      return isAssigned(access)
        ? leave(access, 'log-users-in', 'Only a login sets it: await req.session.login(userId).')
        : undefined
    case 'passport':
      return isAssigned(access)
        ? leave(access, 'log-users-in', 'passportSession() keeps it through a login.')
        : toData(member)
    case 'flash':
      return /\.(add|take)\b/.test(access.getParentOrThrow().getText()) ? 'moved' : toData(member)
    case 'save':
    case 'touch':
    case 'destroy':
      return call
        ? moveCallback({ ...member, call })
        : leave(access, 'save-and-reload', `${name} is not called here, but passed on.`)
  }
  if (name === 'hasOwnProperty' && call) return toHasOwn(member, call)
  if (call && isMethod(name)) return 'moved'
  if (call) return leave(access, 'pass-the-session-on', `A session has no method ${name}.`)
  if (isGetter(name))
    return leave(
      access,
      'pass-the-session-on',
      `If ${name} is data, write .data.${name}: the session has a member of this name.`,
    )
  return toData(member)
}

/** `req.session.cart` becomes `req.session.data.cart`, and `req.session?.cart` becomes `req.session?.data.cart`. */
function toData({ session, access }: Member): Move {
  const question = access.getQuestionDotTokenNode()
  if (!question) return change(access, insert(session.getEnd(), '.data'))
  const dot = Node.isElementAccessExpression(access) ? '' : '.'
  return change(access, replace(question, `?.data${dot}`))
}

/** The data has no prototype, so it has no `hasOwnProperty`. */
function toHasOwn({ session, access }: Member, call: CallExpression): Move | undefined {
  const [key] = call.getArguments()
  if (!key) return undefined
  const start = session.getEnd()
  return change(access, insert(session.getStart(), 'Object.hasOwn('), {
    start,
    end: key.getStart(),
    text: '.data, ',
  })
}

/** Returns the call of a member: `req.session.save(…)`. */
function callOf(access: Node): CallExpression | undefined {
  const parent = access.getParent()
  return Node.isCallExpression(parent) && parent.getExpression() === access ? parent : undefined
}

function isAssigned(access: Node): boolean {
  const parent = access.getParent()
  return (
    Node.isDeleteExpression(parent) ||
    (Node.isBinaryExpression(parent) &&
      parent.getLeft() === access &&
      parent.getOperatorToken().getKind() === SyntaxKind.EqualsToken)
  )
}
