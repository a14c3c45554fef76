// Clients of databases put what they were asked to write into their errors: ioredis the whole command, a driver for SQL its
// parameters, an URL parser the password. Errors are logged, and sent to services that collect them; sessions are not.

/** The properties of an error that tell how and where it failed. */
const keptProperties = ['code', 'errno', 'syscall', 'address', 'port', 'hostname'] as const

/** How many errors of a list, and how many causes of causes, are kept. */
const maxErrors = 10

const errorBrand = Symbol.for('sojourn.error/1') // errors.ts, which imports this file

/**
 * Returns a copy of what a store threw that holds nothing of what it was asked to write: name, message, stack, the
 * properties above, the name of a Redis command, and the causes and errors in it, copied in the same way. An error of
 * Sojourn is returned as it is.
 */
export function withoutData(thrown: unknown, depth = 0): unknown {
  if (Object(thrown)[errorBrand] === true) return thrown
  if (typeof thrown === 'string') return withoutSecrets(thrown)
  if (!(thrown instanceof Error)) return new TypeError('What was thrown is not an error')
  const { name, message, stack = '', command, cause, errors, lastNodeError } = fieldsOf(thrown)
  const copy = new Error(withoutSecrets(String(message)))
  const hidden = (key: string, value: unknown) =>
    Object.defineProperty(copy, key, { value, configurable: true, writable: true })
  hidden('name', String(name))
  hidden('stack', `${copy.name}: ${copy.message}${framesOf(String(stack))}`)
  for (const key of keptProperties) {
    const value: unknown = Reflect.get(thrown, key)
    if (typeof value === 'string' || typeof value === 'number')
      Object.assign(copy, { [key]: value })
  }
  if (typeof command?.name === 'string') Object.assign(copy, { command: command.name })
  const inner = cause ?? lastNodeError
  if (depth >= maxErrors) return copy
  if (inner !== undefined) hidden('cause', withoutData(inner, depth + 1))
  if (Array.isArray(errors))
    hidden(
      'errors',
      errors.slice(0, maxErrors).map((one) => withoutData(one, depth + 1)),
    )
  return copy
}

interface ErrorFields {
  readonly name: unknown
  readonly message: unknown
  readonly stack?: unknown
  /** Of ioredis. */
  readonly command?: { readonly name?: unknown }
  readonly cause?: unknown
  /** Of an AggregateError. */
  readonly errors?: unknown
  /** Of a Cluster of ioredis. */
  readonly lastNodeError?: unknown
}

function fieldsOf(error: Error): ErrorFields {
  return error
}

/** Returns the lines of a stack below the message. */
function framesOf(stack: string): string {
  const start = stack.search(/\n {4}at /)
  return start < 0 ? '' : stack.slice(start)
}

/**
 * Returns a message without the parts that tell what was written: the credentials of a URL, and the arguments that Redis
 * repeats of a command that it does not know.
 */
export function withoutSecrets(message: string): string {
  return message
    .replace(/\b([a-z][a-z\d+.-]*:\/\/)[^\s'"]*@/gi, '$1***@')
    .replace(/with args beginning with:.*/s, 'with args that are not shown')
}
