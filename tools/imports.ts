// Promises every import of a TypeScript file, with its line, and whether it is `import type`.
import { readFileSync } from 'node:fs'
import ts from 'typescript'

export interface Import {
  specifier: string
  line: number
  typeOnly: boolean
}

/** Static, dynamic and type imports, and re-exports. */
export function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022)
  const typeOnly = source.statements.flatMap(typeOnlySpecifier)
  return ts.preProcessFile(text).importedFiles.map(({ fileName, pos }) => ({
    specifier: fileName,
    line: source.getLineAndCharacterOfPosition(pos).line + 1,
    typeOnly: typeOnly.some((specifier) => specifier.pos <= pos && pos < specifier.end),
  }))
}

function typeOnlySpecifier(statement: ts.Statement): ts.Expression[] {
  if (
    ts.isImportDeclaration(statement) &&
    statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
  )
    return [statement.moduleSpecifier]
  if (ts.isExportDeclaration(statement) && statement.isTypeOnly && statement.moduleSpecifier)
    return [statement.moduleSpecifier]
  return []
}
