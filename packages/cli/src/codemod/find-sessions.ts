import { type BindingElement, type Identifier, Node, type SourceFile, SyntaxKind } from 'ts-morph'

/** The names that requests have in handlers. */
export const requestName = /^_?(req|request)$/i

/** Returns the expressions that are the session of a request: `req.session`, and the names it was given in the file. */
export function findSessions(file: SourceFile): Node[] {
  const direct = file
    .getDescendantsOfKind(SyntaxKind.PropertyAccessExpression)
    .filter((access) => access.getName() === 'session' && isRequest(access.getExpression()))
  return [...direct, ...[...direct.flatMap(aliasOf), ...boundNames(file)].flatMap(usesOf)]
}

/** Returns true for `req`, `request`, `this.req`, `socket.request`, and for a parameter with a type named like `Request`. */
export function isRequest(expression: Node): boolean {
  const node = bare(expression)
  if (Node.isPropertyAccessExpression(node)) return requestName.test(node.getName())
  if (!Node.isIdentifier(node)) return false
  return requestName.test(node.getText()) || node.getDefinitionNodes().some(isTypedRequest)
}

function isTypedRequest(definition: Node): boolean {
  const type = Node.isParameterDeclaration(definition) && definition.getTypeNode()?.getText()
  return typeof type === 'string' && /Request\b/.test(type)
}

/** Returns a node without the parentheses, the `!` and the `as` around it. */
function bare(node: Node): Node {
  return Node.isParenthesizedExpression(node) ||
    Node.isNonNullExpression(node) ||
    Node.isAsExpression(node)
    ? bare(node.getExpression())
    : node
}

/** Returns the outermost of the parentheses and the `!` around a node. */
export function dressed(node: Node): Node {
  const parent = node.getParent()
  return Node.isParenthesizedExpression(parent) || Node.isNonNullExpression(parent)
    ? dressed(parent)
    : node
}

/** Returns `s` of `const s = req.session`. */
export function aliasOf(session: Node): Identifier[] {
  const parent = dressed(session).getParent()
  if (!Node.isVariableDeclaration(parent)) return []
  const name = parent.getNameNode()
  return Node.isIdentifier(name) ? [name] : []
}

/** Returns `session` of `const { session } = req`. */
function boundNames(file: SourceFile): Identifier[] {
  return file.getDescendantsOfKind(SyntaxKind.BindingElement).flatMap((element) => {
    const name = element.getNameNode()
    return propertyOf(element) === 'session' && isBoundToRequest(element) && Node.isIdentifier(name)
      ? [name]
      : []
  })
}

/** Returns the property that a part of a pattern takes: `a` of `{ a }` and of `{ a: b }`. */
export function propertyOf(element: BindingElement): string {
  return element.getPropertyNameNode()?.getText() ?? element.getNameNode().getText()
}

/** Returns true if the pattern takes a request apart that is in a variable. */
export function isBoundToRequest(element: BindingElement): boolean {
  const owner = element.getParent().getParent()
  const value = Node.isVariableDeclaration(owner) ? owner.getInitializer() : undefined
  return value !== undefined && isRequest(value)
}

function usesOf(name: Identifier): Node[] {
  return name
    .findReferencesAsNodes()
    .filter((use) => use !== name && use.getStart() !== name.getStart())
}
