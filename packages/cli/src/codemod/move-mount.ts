import { type CallExpression, Node, type SourceFile, type Statement, SyntaxKind } from 'ts-morph'
import { type Edit, indentOf, insert, lineOf, replace } from './edits.ts'
import { type MovedOptions, readOptions } from './read-options.ts'
import { change, leave, type Move } from './report.ts'

const library = 'express-session'

/** Moves the middleware: `app.use(session({ … }))` becomes a manager and `app.use(sessions(manager))`. */
export function moveMount(file: SourceFile): Move[] {
  return [
    ...importsOf(file, library).flatMap((imported) => moveImported(file, imported)),
    ...movePassport(file),
  ]
}

function moveImported(file: SourceFile, { statement, name }: Imported): Move[] {
  const uses = usesOf(file, name, statement)
  const call = uses[0] && callOf(uses[0])
  if (!call || uses.length > 1)
    return [
      leave(
        statement,
        'mount-the-sessions',
        'This file uses express-session for more than one call.',
      ),
    ]
  const [options] = call.getArguments()
  const moved = Node.isObjectLiteralExpression(options)
    ? readOptions(options)
    : 'The options are not written here.'
  if (typeof moved === 'string') return [leave(call, 'mount-the-sessions', moved)]
  return [
    change(call, ...mountEdits({ file, statement, call, moved })),
    ...importsOf(file, 'connect-redis').map((redis) =>
      change(redis.statement, lineOf(redis.statement)),
    ),
    ...(isInCode(moved.secret)
      ? [
          leave(
            call,
            'mount-the-sessions',
            'The secret was in the code: set SESSION_SECRET to what sojourn secret prints.',
          ),
        ]
      : []),
  ]
}

function isInCode(secret: string): boolean {
  return /^['"`]/.test(secret)
}

/** Makes the manager in front of the statement that mounts it. */
function mountEdits({
  file,
  statement,
  call,
  moved,
}: {
  file: SourceFile
  statement: Statement
  call: CallExpression
  moved: MovedOptions
}): Edit[] {
  const { store, secret, options } = moved
  const name = /\bmanager\b/.test(file.getFullText()) ? 'sessionManager' : 'manager'
  const mount =
    call.getFirstAncestor((node) => Node.isStatement(node) && !Node.isBlock(node)) ?? call
  const indent = indentOf(mount)
  const step = indent.startsWith('\t') ? '\t' : '  '
  const end = statement.getText().endsWith(';') ? ';' : ''
  const fields = [`store: ${store.call}`, ...options].join(', ')
  const imports = [
    importLine(statement, ['createSessionManager', 'envConfig'], '@sojourn/core'),
    importLine(statement, ['sessions'], '@sojourn/express'),
    importLine(statement, [store.name], store.from),
  ]
  return [
    insert(
      mount.getStart(),
      `const ${name} = createSessionManager(\n${indent}${step}envConfig(${isInCode(secret) ? 'process.env.SESSION_SECRET' : secret}, { ${fields} }),\n${indent})${end}\n${indent}`,
    ),
    replace(call, `sessions(${name})`),
    replace(statement, imports.join('\n')),
  ]
}

/** Passport needs `passportSession()` before `passport.session()`. */
function movePassport(file: SourceFile): Move[] {
  const [imported] = importsOf(file, 'passport')
  if (!imported || /\bpassportSession\b/.test(file.getFullText())) return []
  const { statement, name } = imported
  const call = file
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .find((each) => each.getExpression().getText() === `${name}.session`)
  if (!call) return []
  if (!Node.isCallExpression(call.getParent()))
    return [leave(call, 'mount-the-sessions', 'Mount passportSession() before it.')]
  const line = importLine(statement, ['passportSession'], '@sojourn/express')
  return [
    change(
      call,
      insert(call.getStart(), 'passportSession(), '),
      insert(statement.getEnd(), `\n${line}`),
    ),
  ]
}

interface Imported {
  readonly statement: Statement
  readonly name: string
}

/** Returns the statements that import a package, and the name it has: `import s from '…'`, `const s = require('…')`. */
function importsOf(file: SourceFile, module: string): Imported[] {
  const isOf = (text: string | undefined) => text?.slice(1, -1) === module
  const byImport = file.getImportDeclarations().flatMap((statement) => {
    const name =
      statement.getDefaultImport() ??
      statement.getNamespaceImport() ??
      (module === library ? undefined : statement.getNamedImports()[0])
    return isOf(statement.getModuleSpecifier().getText()) && name
      ? [{ statement, name: name.getText() }]
      : []
  })
  const byRequire = file.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
    if (call.getExpression().getText() !== 'require' || !isOf(call.getArguments()[0]?.getText()))
      return []
    const statement = call.getFirstAncestorByKind(SyntaxKind.VariableStatement)
    const [declaration] = statement?.getDeclarations() ?? []
    const isAlone = statement?.getDeclarations().length === 1
    return statement && declaration && isAlone ? [{ statement, name: declaration.getName() }] : []
  })
  return [...byImport, ...byRequire]
}

function usesOf(file: SourceFile, name: string, statement: Statement): Node[] {
  return file
    .getDescendantsOfKind(SyntaxKind.Identifier)
    .filter(
      (each) =>
        each.getText() === name &&
        each.getFirstAncestor((node) => node === statement) === undefined,
    )
    .filter((each) => !isName(each))
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

function callOf(use: Node): CallExpression | undefined {
  const parent = use.getParent()
  return Node.isCallExpression(parent) && parent.getExpression() === use ? parent : undefined
}

/** Returns a line that imports names, in the way of another import. */
function importLine(like: Statement, names: readonly string[], from: string): string {
  const quote = like.getText().includes('"') ? '"' : "'"
  const end = like.getText().endsWith(';') ? ';' : ''
  const list = `{ ${names.join(', ')} }`
  return Node.isImportDeclaration(like)
    ? `import ${list} from ${quote}${from}${quote}${end}`
    : `const ${list} = require(${quote}${from}${quote})${end}`
}
