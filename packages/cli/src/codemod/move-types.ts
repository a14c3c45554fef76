import {
  type ImportDeclaration,
  type InterfaceDeclaration,
  type ModuleDeclaration,
  Node,
  type SourceFile,
} from 'ts-morph'
import { type Edit, insert, replace } from './edits.ts'
import { change, leave, type Move } from './report.ts'

/** Moves the declaration of the data: `declare module 'express-session' { interface SessionData { … } }`. */
export function moveTypes(file: SourceFile): Move[] {
  return [
    ...file
      .getModules()
      .filter((each) => isOfLibrary(each.getNameNode()))
      .flatMap(moveAugmentation),
    ...file
      .getImportDeclarations()
      .filter((each) => isOfLibrary(each.getModuleSpecifier()))
      .flatMap(moveTypeImport),
  ]
}

function isOfLibrary(name: Node): boolean {
  return Node.isStringLiteral(name) && name.getLiteralText() === 'express-session'
}

function moveTypeImport(imported: ImportDeclaration): Move[] {
  if (imported.getDefaultImport() || imported.getNamespaceImport()) return [] // of the middleware
  const specifier = imported.getModuleSpecifier()
  const names = imported.getNamedImports().map((each) => each.getName())
  if (names.includes('default')) {
    const why = 'The library is imported in a way of its own here.'
    return [leave(imported, 'mount-the-sessions', why)]
  }
  if (names.every((each) => each === 'SessionData'))
    return [change(imported, replace(specifier, quoted(specifier, '@sojourn/core')))]
  const why = 'Of these types, SessionData and Session have a counterpart in @sojourn/core.'
  return [leave(imported, 'declare-the-data', why)]
}

function moveAugmentation(declaration: ModuleDeclaration): Move[] {
  const name = declaration.getNameNode()
  const [data, ...others] = declaration.getInterfaces()
  if (!data || others.length > 0 || !/^Session(Data)?$/.test(data.getName()))
    return [
      leave(
        declaration,
        'declare-the-data',
        'Declare the keys of the data in one interface SessionData.',
      ),
    ]
  if (data.getExtends().length > 0 || data.getMethods().length > 0)
    return [
      leave(
        data,
        'declare-the-data',
        'What this interface extends, or its methods, are no keys of data.',
      ),
    ]
  const own = data.getProperties().filter((property) => property.getName() === 'userId')
  return [
    change(declaration, replace(name, quoted(name, '@sojourn/core')), ...optionalKeys(data)),
    ...own.map((property) =>
      leave(
        property,
        'log-users-in',
        'The session has a userId of its own, a string: remove this one.',
      ),
    ),
  ]
}

/** A new session has none of its keys. */
function optionalKeys(data: InterfaceDeclaration): Edit[] {
  const required = data.getProperties().filter((property) => !property.hasQuestionToken())
  return [
    ...(data.getName() === 'SessionData' ? [] : [replace(data.getNameNode(), 'SessionData')]),
    ...required.map((property) => insert(property.getNameNode().getEnd(), '?')),
  ]
}

/** Returns a text in the quotes that a literal has. */
function quoted(literal: Node, text: string): string {
  const quote = literal.getText()[0] ?? "'"
  return `${quote}${text}${quote}`
}
