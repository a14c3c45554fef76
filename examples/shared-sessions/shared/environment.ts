/** The environment variables of a service. They are the same in compose.yaml, kubernetes/ and local/stack.ts. */

/** The files in the folder of the secrets that a service reads. */
export const secretFiles = ['session_secret', 'session_index', 'redis_password'] as const

/** What a service is told about where it runs. */
export interface Environment {
  /** The address to listen on. @default 0.0.0.0, all interfaces, as a container needs */
  readonly host: string
  readonly port: number
  /** Without a user and a password. */
  readonly redisUrl: string
  /** The folder with the files that `secretFiles` lists. @default /run/secrets, where Docker mounts them */
  readonly secrets: string
  /** The addresses of the proxy, as Express and Fastify take them: `10.0.3.0/24`, or several with commas. */
  readonly trustProxy: string
  /** The name of this process on its pages. @default the name of the machine, which in a container is the container's */
  readonly instance: string
}

/**
 * Returns the variables, checked.
 * @throws Error that names the variable which is missing or wrong.
 */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  return {
    host: env['HOST'] ?? '0.0.0.0',
    port: portOf(required(env, 'PORT', 'a port to listen on, such as 3000')),
    redisUrl: required(env, 'REDIS_URL', 'such as redis://redis:6379'),
    secrets: env['SECRETS'] ?? '/run/secrets',
    trustProxy: required(env, 'TRUST_PROXY', 'the addresses of the proxy, such as 10.0.3.0/24'),
    instance: env['INSTANCE'] ?? env['HOSTNAME'] ?? 'unnamed',
  }
}

function required(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const value = env[name]
  if (!value) throw new Error(`${name} is not set. Give it: ${what}.`)
  return value
}

function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port
  throw new Error(`PORT is '${text}'. Give a number from 1 to 65535.`)
}
