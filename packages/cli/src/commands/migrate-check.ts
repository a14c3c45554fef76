import { randomBytes } from 'node:crypto'
import type { SessionSource } from '@sojourn/migrate'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type ExitStatus, exitStatus } from '../exit-status.ts'
import { usageFailure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { checkCookies, checkRecords, sessionFinder } from '../migrate-check/check-records.ts'
import { readCookies } from '../migrate-check/cookies.ts'
import { type Library, libraries } from '../migrate-check/libraries.ts'
import { type CheckedRecords, type MigrationCheck, printChecked } from '../migrate-check/print.ts'
import { openRecords, type Records } from '../migrate-check/records.ts'
import {
  type Checked,
  createSessionCheck,
  type SessionCheck,
} from '../migrate-check/session-check.ts'
import { addRedisCommand, type RedisOptions } from '../options.ts'
import { createOutput } from '../output/output.ts'
import { createProgressBar } from '../output/progress-bar.ts'
import { reach } from '../redis/reach.ts'
import { readTarget } from '../redis/read-target.ts'
import { describeTarget } from '../redis/target.ts'
import { countKeys } from '../sessions/count-keys.ts'
import { readLines } from '../sessions/read-keys.ts'

interface CheckCommandOptions extends Omit<RedisOptions, 'prefix'> {
  readonly from: string
  readonly prefix?: string
  readonly secretFile?: string
  readonly cookieName?: string
  readonly cookies?: string
  readonly user?: string
  readonly limit: number
  readonly maxDataBytes: number
}

/** The defaults of a manager, in ms. */
const defaults = { maxAge: 86_400_000, absoluteTimeout: 30 * 86_400_000 }

/** Adds `sojourn migrate check`, which says what a migration would carry over, and writes nothing. */
export function addMigrateCheck(migrate: Command, invocation: Invocation): void {
  addRedisCommand(
    migrate,
    'check',
    'Say what a migration from another library would carry over, what not and why. It writes nothing.',
    { prefix: "the prefix of the library's keys" },
  )
    .addOption(
      new Option('--from <library>', 'the library that has the sessions now')
        .choices(Object.keys(libraries))
        .makeOptionMandatory(),
    )
    .option(
      '--secret-file <file>',
      'its secret, in one line each if there are several; for --cookies',
    )
    .option('--cookie-name <name>', 'the name of its cookie')
    .option(
      '--cookies <file>',
      'look at cookies too: a file with one Cookie header, or value, a line',
    )
    .option('--user <path>', 'where its data has the user, such as passport.user')
    .option('--limit <number>', 'look at so many records; 0 for all', parseCount, 10_000)
    .option('--max-data-bytes <number>', 'maxDataBytes of the manager', parseCount, 65_536)
    .action(async (urls: readonly string[], options: CheckCommandOptions) => {
      const result = await check(urls, options, invocation)
      invocation.status = statusOf(result)
      const output = createOutput(invocation.stdout, options)
      if (output.isJson) output.json(result)
      else printChecked(output, result)
    })
}

async function check(
  urls: readonly string[],
  options: CheckCommandOptions,
  invocation: Invocation,
): Promise<MigrationCheck> {
  const library = libraries[options.from]
  if (!library) throw new TypeError('commander refuses other libraries')
  const prefix = library.prefix === undefined ? undefined : (options.prefix ?? library.prefix)
  const name = options.cookieName ?? library.cookieName
  if (name === undefined)
    throw usageFailure(`The cookie of ${options.from} has no default name.`, 'Give --cookie-name.')
  if (prefix === undefined && (urls.length > 0 || options.prefix !== undefined))
    throw usageFailure(
      `Of ${options.from} only the sessions in cookies can be looked at, and no Redis is asked.`,
      'Give --cookies FILE, without an address and --prefix.',
    )
  if (prefix === undefined && options.cookies === undefined)
    throw usageFailure(
      `${options.from} keeps its sessions in cookies, and none are given.`,
      'Give --cookies FILE.',
    )
  const reached =
    prefix === undefined
      ? undefined
      : await reach(readTarget(urls, { ...options, prefix }, invocation.env), invocation)
  const records = reached && (await openRecords(reached, invocation))
  const source = await openSource(library, {
    client: records?.client,
    prefix,
    name,
    secrets: secretsOf(options, library),
  })
  const task = { source, prefix: prefix ?? '', options, invocation }
  return {
    library: options.from,
    ...(reached && { target: `${describeTarget(reached.target)}, prefix ${prefix}` }),
    ...(records && { records: await lookAtRecords(records, await countKeys(reached), task) }),
    ...(options.cookies && { cookies: await lookAtCookies(options.cookies, task) }),
  }
}

/** What both parts of the check need. */
interface Task {
  readonly source: SessionSource
  readonly prefix: string
  readonly options: CheckCommandOptions
  readonly invocation: Invocation
}

async function lookAtRecords(
  records: Records,
  count: number | undefined,
  task: Task,
): Promise<CheckedRecords> {
  const { source, prefix, options, invocation } = task
  const limit = options.limit || Infinity
  const most = count === undefined ? undefined : Math.min(count, limit)
  const check = checkOf(task)
  const find = sessionFinder(source, invocation.signal)
  const bar = createProgressBar(invocation, 'Reading records')
  const isAll = await checkRecords(records, { check, find, prefix, limit }, (done) =>
    bar.update(done, most),
  )
  bar.end()
  const checked = check.checked()
  const none = `No key begins with ${prefix}: --prefix gives another prefix, and the number of the database goes into the address, such as redis://host/1.`
  return { ...checked, isAll, ...(checked.read === 0 && { notes: [none] }) }
}

async function lookAtCookies(file: string, task: Task): Promise<Checked> {
  const { source, invocation } = task
  const cookies = readCookies(file, source.cookieNames)
  const check = checkOf(task)
  const find = sessionFinder(source, invocation.signal)
  const bar = createProgressBar(invocation, 'Reading cookies')
  await checkCookies(cookies, { check, find, source }, (done) => bar.update(done, cookies.length))
  bar.end()
  return check.checked()
}

function checkOf({ source, prefix, options: { user, maxDataBytes } }: Task): SessionCheck {
  return createSessionCheck({ source, limits: { ...defaults, maxDataBytes }, prefix, user })
}

/** @throws Failure with the status `usage` if a package is missing that opens the sessions of the library. */
async function openSource(
  library: Library,
  input: Parameters<Library['source']>[0],
): Promise<SessionSource> {
  try {
    return await library.source(input)
  } catch (error) {
    const [, missing] = /Cannot find package '([^']+)'/.exec(Object(error).message) ?? []
    if (missing === undefined) throw error
    throw usageFailure(
      `The sessions of this library are opened by the package ${missing}, which is not there.`,
      `npx -p @sojourn/cli -p ${missing} sojourn migrate check …`,
    )
  }
}

/** Where nothing is verified, a random secret does. */
function secretsOf(
  { secretFile, cookies }: CheckCommandOptions,
  { hasBareCookies }: Library,
): readonly string[] {
  if (secretFile !== undefined) return readLines(secretFile, '--secret-file')
  if (cookies === undefined || hasBareCookies) return [randomBytes(32).toString('hex')]
  throw usageFailure(
    'Cookies are verified by the secret of the library, and none is given.',
    'Give --secret-file FILE.',
  )
}

/** What is not carried over is wrong; what will be different is advice. */
function statusOf({ records, cookies }: MigrationCheck): ExitStatus {
  const parts = [records, cookies].filter((part) => part !== undefined)
  if (parts.some(({ refused }) => refused.length > 0)) return exitStatus.wrong
  return parts.some(({ notes }) => notes.length > 0) ? exitStatus.advice : exitStatus.ok
}

function parseCount(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number.')
}
