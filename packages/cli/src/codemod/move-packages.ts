import { Node, type SourceFile, SyntaxKind } from 'ts-morph'
import { leave, type Move, type Section } from './report.ts'

/** Packages that build on express-session, by what is to be done about them. */
const packages: readonly (readonly [names: RegExp, section: Section, why: string])[] = [
  [
    /^(connect-(mongo|mongodb-session|pg-simple|sqlite3|session-sequelize|session-knex|dynamodb|memcached|redis)|memorystore|session-file-store|express-mysql-session|better-sqlite3-session-store)$/,
    'mount-the-sessions',
    'A store of express-session: choose one of Sojourn.',
  ],
  [
    /^(connect-flash|express-flash)$/,
    'replace-flash-and-csurf',
    'req.session.flash takes its place.',
  ],
  [
    /^(csurf|csrf-csrf|csrf-sync)$/,
    'replace-flash-and-csurf',
    'csrf() of @sojourn/express takes its place.',
  ],
]

/** Leaves the imports of packages that build on express-session, but for those in `gone`. */
export function leavePackages(file: SourceFile, gone: readonly string[]): Move[] {
  return file.getDescendantsOfKind(SyntaxKind.StringLiteral).flatMap((literal) => {
    const name = literal.getLiteralText()
    const rule = packages.find(([names]) => names.test(name))
    if (!rule || gone.includes(name) || !isImported(literal)) return []
    return [leave(literal, rule[1], rule[2])]
  })
}

function isImported(literal: Node): boolean {
  const parent = literal.getParent()
  return (
    Node.isImportDeclaration(parent) ||
    (Node.isCallExpression(parent) && /^(require|import)$/.test(parent.getExpression().getText()))
  )
}
