// Promises the name of every export that a TypeScript file declares, with its line.
import { readFileSync } from 'node:fs'
import ts from 'typescript'

export interface Export {
  name: string
  line: number
}

/** Declarations under `export`, and the names in `export { … }`. */
export function exportsOf(file: string): Export[] {
  const text = readFileSync(file, 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022)
  return source.statements.flatMap(exportedNames).map((name) => ({
    name: name.getText(source),
    line: source.getLineAndCharacterOfPosition(name.getStart(source)).line + 1,
  }))
}

function exportedNames(statement: ts.Statement): ts.Node[] {
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause
    return clause && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name) : []
  }
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
  if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name)
  const name = ts.getNameOfDeclaration(statement as ts.DeclarationStatement)
  return name ? [name] : []
}
