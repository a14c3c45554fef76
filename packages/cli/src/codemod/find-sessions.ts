import {
  type BindingElement,
  type Identifier,
  Node,
  type ParameterDeclaration,
  type SourceFile,
  SyntaxKind,
} from 'ts-morph'

/** The names that requests have in handlers. */
export const requestName = /^_?(req|request)$/i

const responseName = /^_?(res|response)$/i

/** Returns the expressions that are the session of a request: `req.session`, and the names it was given in the file. */
export function findSessions(file: SourceFile): Node[] {
  const direct = [
    ...file
      .getDescendantsOfKind(SyntaxKind.PropertyAccessExpression)
      .filter((access) => access.getName() === 'session' && isRequest(access.getExpression())),
    ...file
      .getDescendantsOfKind(SyntaxKind.ElementAccessExpression)
      .filter(
        (access) =>
          /^['"`]session['"`]$/.test(access.getArgumentExpression()?.getText() ?? '') &&
          isRequest(access.getExpression()),
      ),
  ]
  const found = new Set<Node>(direct)
  const names = [...direct.flatMap(aliasOf), ...boundNames(file)]
  // A name may be given another name in turn: the list grows while it is read.
  for (const name of names)
    for (const use of usesOf(name)) {
      if (!found.has(use)) names.push(...aliasOf(use))
      found.add(use)
    }
  return [...found]
}

/**
 * Returns true for `req`, `request`, `this.req`, `socket.request`, for a parameter with a type named like `Request`, and for one in
 * front of `res`.
 */
export function isRequest(expression: Node): boolean {
  const node = bare(expression)
  if (Node.isPropertyAccessExpression(node)) return requestName.test(node.getName())
  if (!Node.isIdentifier(node)) return false
  return requestName.test(node.getText()) || node.getDefinitionNodes().some(isRequestParameter)
}

function isRequestParameter(definition: Node): boolean {
  if (!Node.isParameterDeclaration(definition)) return false
  if (/Request\b/.test(definition.getTypeNode()?.getText() ?? '')) return true
  const owner = definition.getParent()
  const all = Node.isParametered(owner) ? owner.getParameters() : []
  return responseName.test(all[all.indexOf(definition) + 1]?.getName() ?? '')
}

/** Returns a node without the parentheses, the `!` and the `as` around it. */
function bare(node: Node): Node {
  return Node.isParenthesizedExpression(node) ||
    Node.isNonNullExpression(node) ||
    Node.isAsExpression(node) ||
    Node.isTypeAssertion(node) ||
    Node.isSatisfiesExpression(node)
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

/** Returns `session` of `const { session } = req`, of `({ session }, res) => …`, and of Nest's `@Session() session`. */
function boundNames(file: SourceFile): Identifier[] {
  const elements = file
    .getDescendantsOfKind(SyntaxKind.BindingElement)
    .filter((element) => propertyOf(element) === 'session' && isBoundToRequest(element))
  const parameters = file.getDescendantsOfKind(SyntaxKind.Parameter).filter(isNestSession)
  return [...elements, ...parameters]
    .map((declaration) => declaration.getNameNode())
    .filter(Node.isIdentifier)
}

function isNestSession(parameter: ParameterDeclaration): boolean {
  return parameter.getDecorators().some((decorator) => decorator.getName() === 'Session')
}

/** Returns the property that a part of a pattern takes: `a` of `{ a }` and of `{ a: b }`. */
export function propertyOf(element: BindingElement): string {
  return element.getPropertyNameNode()?.getText() ?? element.getNameNode().getText()
}

/** Returns true if the pattern takes a request apart that is in a variable, or that a handler gets. */
export function isBoundToRequest(element: BindingElement): boolean {
  const owner = element.getParent().getParent()
  if (isRequestParameter(owner)) return true
  const value = Node.isVariableDeclaration(owner) ? owner.getInitializer() : undefined
  return value !== undefined && isRequest(value)
}

function usesOf(name: Identifier): Node[] {
  return name
    .findReferencesAsNodes()
    .filter((use) => use !== name && use.getStart() !== name.getStart())
}
