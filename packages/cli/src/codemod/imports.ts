import {
  type Identifier,
  type ImportSpecifier,
  Node,
  type SourceFile,
  type Statement,
  SyntaxKind,
} from 'ts-morph'

/** The package that the codemod moves from. */
export const library = 'express-session'

/** An import of a package: its statement, and the names that it gives. */
export interface Imported {
  readonly statement: Statement
  readonly names: readonly Identifier[]
}

/** Returns the statements that import a package, and the names that they give: `import s from '…'`, `const s = require('…')`. */
export function importsOf(file: SourceFile, module: string): Imported[] {
  const isOf = (text: string | undefined) => text?.slice(1, -1) === module
  const byImport = file.getImportDeclarations().flatMap((statement) => {
    const whole = statement.getDefaultImport() ?? statement.getNamespaceImport()
    const parts = module === library ? [] : statement.getNamedImports().map(nameOf)
    const names = [...(whole ? [whole] : []), ...parts]
    return isOf(statement.getModuleSpecifier().getText()) && names.length > 0
      ? [{ statement, names }]
      : []
  })
  const byRequire = file.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
    if (call.getExpression().getText() !== 'require' || !isOf(call.getArguments()[0]?.getText()))
      return []
    const statement = call.getFirstAncestorByKind(SyntaxKind.VariableStatement)
    const [declaration] = statement?.getDeclarations() ?? []
    const isAlone = statement?.getDeclarations().length === 1
    return statement && declaration && isAlone
      ? [{ statement, names: namesIn(declaration.getNameNode()) }]
      : []
  })
  return [...byImport, ...byRequire]
}

/** Returns the uses of what was imported, beside the import. */
export function usesOf({ statement, names }: Imported): Node[] {
  return names.flatMap((name) =>
    name.findReferencesAsNodes().filter((use) => !isWithin(use, statement)),
  )
}

/** Returns true for what imports the module that a literal in it names, in another way than a statement of its own. */
export function isImport(node: Node | undefined): boolean {
  if (Node.isExternalModuleReference(node) || Node.isExportDeclaration(node)) return true
  return Node.isCallExpression(node) && /^(require|import)$/.test(node.getExpression().getText())
}

/** Returns true if a node lies within another. */
export function isWithin(node: Node, outer: Node): boolean {
  return node.getFirstAncestor((each) => each === outer) !== undefined
}

/** Returns true if a file uses a name, be it its own or an import. */
export function hasName(file: SourceFile, name: string): boolean {
  return file
    .getDescendantsOfKind(SyntaxKind.Identifier)
    .some((each) => each.getText() === name && !isName(each))
}

/** Returns a line that imports names, in the way of another import. */
export function importLine(like: Statement, names: readonly string[], from: string): string {
  const quote = like.getText().includes('"') ? '"' : "'"
  const end = like.getText().endsWith(';') ? ';' : ''
  const list = `{ ${names.join(', ')} }`
  return Node.isImportDeclaration(like)
    ? `import ${list} from ${quote}${from}${quote}${end}`
    : `const ${list} = require(${quote}${from}${quote})${end}`
}

function nameOf(specifier: ImportSpecifier): Identifier {
  return specifier.getAliasNode() ?? specifier.getNameNode().asKindOrThrow(SyntaxKind.Identifier)
}

/** Returns the names that a declaration gives: one, or those of a pattern. */
function namesIn(name: Node): Identifier[] {
  if (Node.isIdentifier(name)) return [name]
  return name
    .getDescendantsOfKind(SyntaxKind.BindingElement)
    .flatMap((element) => namesIn(element.getNameNode()))
}

/** Returns true for the name of a property, which is another thing with the same name. */
function isName(identifier: Node): boolean {
  const parent = identifier.getParent()
  return (
    (Node.isPropertyAccessExpression(parent) && parent.getNameNode() === identifier) ||
    (Node.isPropertyAssignment(parent) && parent.getNameNode() === identifier) ||
    Node.isBindingElement(parent)
  )
}
