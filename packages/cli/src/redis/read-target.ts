import { usageFailure } from '../failure.ts'
import type { RedisOptions } from '../options.ts'
import { readPasswordFile, readTextFile } from '../read-files.ts'
import type { Access, Endpoint, Target } from './target.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * Returns the Redis that the arguments name. The password comes from `--password-file`, from `REDIS_PASSWORD`, or from a URL in
 * `REDIS_URL`; from the command line it is refused, because all users of the machine see it there.
 * @throws Failure with the status `usage`, which says what to write instead and repeats no password.
 */
export function readTarget(urls: readonly string[], options: RedisOptions, env: Env): Target {
  if (options.password !== undefined) throw passwordInArguments('--password')
  const { REDIS_URL } = env
  const isFromEnv = urls.length === 0 && REDIS_URL !== undefined
  const parsed = (isFromEnv ? REDIS_URL.split(/[\s,]+/).filter(Boolean) : urls).map(parseUrl)
  const first = parsed[0]
  if (!first)
    throw usageFailure(
      'There is no URL of Redis.',
      'Give one, such as redis://127.0.0.1:6379, or set REDIS_URL.',
    )
  if (!isFromEnv && parsed.some(({ password }) => password !== ''))
    throw passwordInArguments('A URL with a password')
  if (parsed.some(({ isTls }) => isTls !== first.isTls))
    throw usageFailure(
      'Some URLs are redis:// and others rediss://.',
      'Give all of them the same scheme: rediss:// is TLS.',
    )
  return {
    ...topologyOf(options, parsed.length),
    endpoints: parsed.map(({ host, port }): Endpoint => ({ host, port })),
    access: accessOf(first, options, env),
  }
}

interface ParsedUrl extends Endpoint {
  readonly isTls: boolean
  readonly username: string
  readonly password: string
  readonly database: number
}

function parseUrl(text: string): ParsedUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const database = url?.pathname.match(/^\/?(\d*)$/)?.[1]
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || database === undefined)
    throw usageFailure(
      'A URL is not one of Redis.',
      'Write redis://host:port, or rediss://host:port for TLS, with /0 to /15 for a database.',
    )
  return {
    isTls: url.protocol === 'rediss:',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    username: decoded(url.username),
    password: decoded(url.password),
    database: Number(database),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw usageFailure(
      'The user or the password in a URL is not encoded for URLs.',
      'Write % as %25, @ as %40, / as %2F; or give the password by --password-file FILE or REDIS_PASSWORD.',
    )
  }
}

function topologyOf(
  { cluster, sentinel }: RedisOptions,
  count: number,
): Pick<Target, 'topology' | 'masterName'> {
  if (cluster && sentinel !== undefined)
    throw usageFailure(
      '--cluster and --sentinel exclude each other.',
      'Leave out the one that your Redis is not.',
    )
  if (cluster) return { topology: 'cluster' }
  if (sentinel !== undefined) return { topology: 'sentinel', masterName: sentinel }
  if (count > 1)
    throw usageFailure(
      'Several URLs are for a Cluster or for Sentinels.',
      'Add --cluster or --sentinel NAME, or give one URL.',
    )
  return { topology: 'server' }
}

function accessOf(url: ParsedUrl, options: RedisOptions, env: Env): Access {
  const { passwordFile, tlsCa } = options
  const username = options.username ?? url.username
  const fromFile = passwordFile === undefined ? undefined : readPasswordFile(passwordFile)
  const password = fromFile ?? (url.password || env['REDIS_PASSWORD'])
  if (tlsCa !== undefined && !url.isTls)
    throw usageFailure('--tls-ca is for TLS.', 'Write rediss:// in the URL, or leave it out.')
  return {
    database: url.database,
    ...(username && { username }),
    ...(password && { password }),
    ...(url.isTls && { tls: tlsCa === undefined ? {} : { ca: readTextFile(tlsCa, '--tls-ca') } }),
  }
}

function passwordInArguments(what: string) {
  return usageFailure(
    `${what} is refused on the command line: every user of this machine can read it there.`,
    'Put the password into a file and give --password-file FILE, or into the environment as REDIS_PASSWORD, or leave it ' +
      'out to be asked. If it was a real one, change it: the history of the shell has it too.',
  )
}
