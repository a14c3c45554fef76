import {
  type Identifier,
  Node,
  type ObjectLiteralExpression,
  type SourceFile,
  SyntaxKind,
  type VariableStatement,
} from 'ts-morph'

/** What becomes of the options of express-session. */
export interface MovedOptions {
  /** The secret, as it is written. */
  readonly secret: string
  /** The options of `envConfig`, as they are to be written. */
  readonly options: readonly string[]
  readonly store: MovedStore
}

/** A store of Sojourn, and the package that has it. */
interface MovedStore {
  readonly name: 'memoryStore' | 'nodeRedisStore' | 'ioredisStore'
  readonly from: string
  readonly call: string
  /** The statement that makes the old store, if it has a name. */
  readonly made?: VariableStatement
}

/** Options that Sojourn needs none for: see the table in the how-to. */
const needless = new Set([
  'resave',
  'saveUninitialized',
  'rolling',
  'unset',
  'genid',
  'proxy',
  'secret',
  'store',
])
const needlessForCookies = new Set(['secure', 'httpOnly', 'path', 'signed', 'priority'])
/** With another value than the usual one these would be missed. */
const usual: Readonly<Record<string, RegExp>> = { httpOnly: /^true$/, path: /^['"`]\/['"`]$/ }
const needlessForRedis = new Set(['client', 'prefix', 'disableTouch'])

/** Returns the options as Sojourn has them, or a sentence on why it cannot be told. */
export function readOptions(literal: ObjectLiteralExpression): MovedOptions | string {
  const options = fieldsOf(literal)
  const cookie = options.get('cookie')
  const cookies =
    cookie && Node.isObjectLiteralExpression(cookie) ? fieldsOf(cookie) : new Map<string, Node>()
  if (cookie && !Node.isObjectLiteralExpression(cookie))
    return 'The options of the cookie are not written here.'
  const secret = options.get('secret')
  if (!secret) return 'There is no secret among the options.'
  if (Node.isArrayLiteralExpression(secret))
    return 'With several secrets the manager needs an indexKey.'
  const moved: string[] = []
  for (const [name, value] of options) {
    if (name === 'name' || name === 'key') moved.push(`cookieName: ${value.getText()}`)
    else if (name !== 'cookie' && !needless.has(name)) return `Sojourn has no option ${name}.`
  }
  for (const [name, value] of cookies) {
    if (name === 'maxAge') moved.push(`maxAge: ${value.getText()}`)
    else if (!needlessForCookies.has(name) || usual[name]?.test(value.getText()) === false)
      return `What the option cookie.${name} is for, decide again.`
  }
  const store = readStore(options.get('store'), literal.getSourceFile())
  return typeof store === 'string' ? store : { secret: secret.getText(), options: moved, store }
}

function readStore(store: Node | undefined, file: SourceFile): MovedStore | string {
  if (!store) return { name: 'memoryStore', from: '@sojourn/store-memory', call: 'memoryStore()' }
  if (Node.isIdentifier(store)) return readNamedStore(store, file)
  return readNewStore(store, file)
}

/** A store in a variable: its statement goes, if nothing else uses it. */
function readNamedStore(name: Identifier, file: SourceFile): MovedStore | string {
  const declaration = file.getVariableDeclaration(name.getText())
  const made = declaration?.getVariableStatement()
  const moved = readNewStore(declaration?.getInitializer(), file)
  if (typeof moved === 'string' || !declaration || !made) return moved
  const uses = file
    .getDescendantsOfKind(SyntaxKind.Identifier)
    .filter((each) => each.getText() === name.getText())
  if (uses.length > 2 || made.getDeclarations().length > 1 || made.isExported())
    return 'The store is used elsewhere too.'
  return { ...moved, made }
}

function readNewStore(value: Node | undefined, file: SourceFile): MovedStore | string {
  const [options] = Node.isNewExpression(value) ? value.getArguments() : []
  if (!Node.isNewExpression(value) || !/RedisStore$/.test(value.getExpression().getText()))
    return 'Choose a store: Sojourn has none for what this one uses.'
  const fields = Node.isObjectLiteralExpression(options)
    ? fieldsOf(options)
    : new Map<string, Node>()
  const unknown = [...fields.keys()].find((name) => !needlessForRedis.has(name))
  if (unknown !== undefined) return `What the option ${unknown} of the store is for, decide again.`
  const client = fields.get('client')?.getText()
  const made = client && variable(file, client)?.getText()
  if (!made)
    return 'The client of Redis is made elsewhere: nodeRedisStore(client) or ioredisStore(client).'
  if (/\bcreateClient\(/.test(made))
    return {
      name: 'nodeRedisStore',
      from: '@sojourn/store-node-redis',
      call: `nodeRedisStore(${client})`,
    }
  if (/^new (IO)?Redis\(/i.test(made))
    return { name: 'ioredisStore', from: '@sojourn/store-ioredis', call: `ioredisStore(${client})` }
  return 'The client of Redis is none of node-redis or ioredis.'
}

function variable(file: SourceFile, name: string): Node | undefined {
  return file.getVariableDeclaration(name)?.getInitializer()
}

/** Returns the fields of an object literal; one that is spread has the name `...`. */
function fieldsOf(literal: ObjectLiteralExpression): Map<string, Node> {
  return new Map<string, Node>(
    literal.getProperties().map((property) => {
      if (Node.isPropertyAssignment(property))
        return [property.getName(), property.getInitializerOrThrow()]
      if (Node.isShorthandPropertyAssignment(property))
        return [property.getName(), property.getNameNode()]
      return ['...', property]
    }),
  )
}
