import { type CallExpression, Node, type SourceFile, type Statement, SyntaxKind } from 'ts-morph'
import { type Edit, indentOf, insert, lineOf, replace } from './edits.ts'
import {
  hasName,
  type Imported,
  importLine,
  importsOf,
  isImport,
  isWithin,
  library,
  usesOf,
} from './imports.ts'
import { type MovedOptions, readOptions } from './read-options.ts'
import { change, leave, type Move } from './report.ts'

/** Moves the middleware: `app.use(session({ … }))` becomes a manager and `app.use(sessions(manager))`. */
export function moveMount(file: SourceFile): Move[] {
  const imports = importsOf(file, library)
  return [
    ...imports.flatMap((imported) => moveImported(file, imported)),
    ...leaveOtherImports(file, imports),
    ...movePassport(file),
  ]
}

/** Leaves what imports the library in another way: `import session = require(…)`, `app.use(require(…)(…))`, `export … from`. */
function leaveOtherImports(file: SourceFile, known: readonly Imported[]): Move[] {
  return file
    .getDescendantsOfKind(SyntaxKind.StringLiteral)
    .filter((literal) => literal.getLiteralText() === library && isImport(literal.getParent()))
    .filter((literal) => !known.some(({ statement }) => isWithin(literal, statement)))
    .map((literal) =>
      leave(literal, 'mount-the-sessions', 'The library is imported in a way of its own here.'),
    )
}

function moveImported(file: SourceFile, imported: Imported): Move[] {
  const { statement } = imported
  const uses = usesOf(imported)
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
  const obstacle = obstacleTo({ file, statement, call, moved })
  if (obstacle) return [leave(call, 'mount-the-sessions', obstacle)]
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

interface Mount {
  readonly file: SourceFile
  readonly statement: Statement
  readonly call: CallExpression
  readonly moved: MovedOptions
}

/** Returns why the manager cannot be made in front of the statement that mounts it; `undefined` if it can. */
function obstacleTo({ file, statement, call, moved }: Mount): string | undefined {
  const mount = statementAround(call)
  const isPlace = Node.isBlock(mount?.getParent()) || Node.isSourceFile(mount?.getParent())
  const inner = call.getFirstAncestor((node) => node === mount || isScope(node))
  if (!isPlace || inner !== mount)
    return 'What the options need is not there in front of this statement: make the manager by hand.'
  if (Node.isImportDeclaration(statement) && statement.getNamedImports().length > 0)
    return 'The import has types too: SessionData is that of @sojourn/core.'
  const made = ['createSessionManager', 'envConfig', 'sessions', moved.store.name]
  const taken = made.find((name) => hasName(file, name))
  if (taken) return `The name ${taken}, which the import needs, is taken in this file.`
  const isShared = importsOf(file, 'connect-redis').some((redis) => usesOf(redis).length > 1)
  return isShared ? 'connect-redis is used for more than this store.' : undefined
}

function statementAround(call: CallExpression): Node | undefined {
  return call.getFirstAncestor((node) => Node.isStatement(node) && !Node.isBlock(node))
}

function isScope(node: Node): boolean {
  return (
    Node.isFunctionLikeDeclaration(node) ||
    Node.isArrowFunction(node) ||
    Node.isFunctionExpression(node) ||
    Node.isPropertyDeclaration(node)
  )
}

function isInCode(secret: string): boolean {
  return /^['"`]/.test(secret)
}

/** Makes the manager in front of the statement that mounts it. */
function mountEdits({ file, statement, call, moved }: Mount): Edit[] {
  const { store, secret, options } = moved
  const name = /\bmanager\b/.test(file.getFullText()) ? 'sessionManager' : 'manager'
  const mount = statementAround(call) ?? call
  const indent = indentOf(mount)
  const step = indent.startsWith('\t') ? '\t' : '  '
  const end = statement.getText().endsWith(';') ? ';' : ''
  const fields = [`store: ${store.call}`, ...options].join(', ')
  const comments = commentsIn(call).map((comment) => `${comment}\n${indent}`)
  const imports = [
    importLine(statement, ['createSessionManager', 'envConfig'], '@sojourn/core'),
    importLine(statement, ['sessions'], '@sojourn/express'),
    importLine(statement, [store.name], store.from),
  ]
  return [
    insert(
      mount.getStart(),
      `${comments.join('')}const ${name} = createSessionManager(\n${indent}${step}envConfig(${isInCode(secret) ? 'process.env.SESSION_SECRET' : secret}, { ${fields} }),\n${indent})${end}\n${indent}`,
    ),
    replace(call, `sessions(${name})`),
    replace(statement, imports.join('\n')),
    ...(store.made ? [lineOf(store.made)] : []),
  ]
}

/** Returns the comments among the options, in their order: they stay, in front of the manager. */
function commentsIn(call: CallExpression): string[] {
  const ranges = call
    .getDescendants()
    .flatMap((node) => [...node.getLeadingCommentRanges(), ...node.getTrailingCommentRanges()])
    .filter((range) => range.getPos() > call.getStart() && range.getEnd() < call.getEnd())
  const byPlace = new Map(ranges.map((range) => [range.getPos(), range.getText()]))
  return [...byPlace].sort(([a], [b]) => a - b).map(([, text]) => text)
}

/** Passport needs `passportSession()` before `passport.session()`. */
function movePassport(file: SourceFile): Move[] {
  const [imported] = importsOf(file, 'passport')
  if (!imported || /\bpassportSession\b/.test(file.getFullText())) return []
  const { statement, names } = imported
  const call = file
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .find((each) => each.getExpression().getText() === `${names[0]?.getText()}.session`)
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

function callOf(use: Node): CallExpression | undefined {
  const parent = use.getParent()
  return Node.isCallExpression(parent) && parent.getExpression() === use ? parent : undefined
}
