import { basename } from 'node:path'
import { inspect } from 'node:util'
import { Command, CommanderError, Option } from 'commander'
import { backendSuite } from '../backend-suite.ts'
import { hasOutcomesAtOnce, storeSuiteOver } from '../store-suite-over.ts'
import { runSuite, type Suite, withTimeout } from '../suite.ts'
import { version } from '../version.ts'
import { loadSubject, type Subject, SubjectError } from './load-subject.ts'
import { createProgress } from './progress.ts'
import { findUnwritable, type SuiteRun, summaryOf, writeReports } from './reports.ts'

/** Where the command prints. */
export interface Streams {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean }
}

/** The exit statuses: of a store that conforms, of one that does not, and of wrong arguments, as in `sysexits.h`. */
const status = { conforms: 0, fails: 1, usage: 64 } as const

interface Options {
  readonly suite: 'backend' | 'store' | 'both'
  readonly only?: readonly string[]
  readonly seed?: number
  readonly timeout?: number
  readonly markdown?: string
  readonly json?: string
  readonly badge?: string
}

/** Runs the command `sojourn-conformance`. Resolves to the exit status. */
export async function run(args: readonly string[], streams: Streams): Promise<number> {
  let result: number = status.usage
  const program = createProgram(streams).action(async (file: string, options: Options) => {
    result = await testStore(file, options, streams)
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return result
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0 // the help
    if (!(error instanceof CommanderError || error instanceof SubjectError)) throw error
    streams.stderr.write(`${error.message.replace(/^error: /, '')}\n`)
    return status.usage
  }
}

function createProgram({ stdout, stderr }: Streams): Command {
  return new Command('sojourn-conformance')
    .description('Tests a session backend for Sojourn by the contract of stores.')
    .version(version)
    .argument('<file>', 'the module that exports open(), which opens a backend')
    .addOption(
      new Option('--suite <suite>', 'the clauses, the promises over the backend, or both')
        .choices(['backend', 'store', 'both'])
        .default('both'),
    )
    .option('--only <ids...>', 'run these cases alone: B3.12, or B3 for all of a clause')
    .option('--seed <number>', 'determines the interleavings of the races', asNumber)
    .option('--timeout <seconds>', 'the time limit of a case; 60 if the file sets none', asNumber)
    .option('--markdown <file>', 'write the report as Markdown')
    .option('--json <file>', 'write the report as JSON')
    .option('--badge <file>', 'write a badge, SVG')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: () => undefined, // `run` prints the message
    })
}

async function testStore(file: string, options: Options, streams: Streams): Promise<number> {
  checkReports(options)
  const { timeout = 60 } = options
  const subject = await withTimeout(loadSubject(file), timeout * 1_000).catch(
    refuse(`${file} cannot be imported`),
  )
  const opening = withTimeout(suitesOf(subject, { file, options }), timeout * 1_000)
  const suites = await opening.catch(refuse(`open() of ${file} has failed`))
  checkOnly(suites, options)
  const runs: SuiteRun[] = []
  for (const suite of suites) runs.push(await runOne(suite, options, streams))
  streams.stdout.write(summaryOf(runs))
  writeReports(runs, options)
  const hasFailed = runs.some(({ results }) => results.some(({ outcome }) => outcome === 'failed'))
  const isWhole = options.only !== undefined || runs.every(({ report }) => report.conforms)
  return hasFailed || !isWhole ? status.fails : status.conforms
}

/** Returns what turns an error into one that says what is wrong with the module. */
function refuse(what: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof SubjectError) throw error
    throw new SubjectError(`${what}: ${inspect(error)}`, { cause: error })
  }
}

/** Refuses files that cannot be written, before the minutes that the cases take. */
function checkReports(options: Options): void {
  const unwritable = findUnwritable(options)
  if (unwritable) throw new CommanderError(1, 'sojourn.report', unwritable)
}

/** Refuses ids of which there is no case: running none would look like success. */
function checkOnly(suites: readonly Suite[], { only = [] }: Options): void {
  const ids = suites.flatMap(({ cases, notOffered }) =>
    [...cases, ...notOffered].map(({ id }) => id),
  )
  const unknown = only.find((each) => !ids.some((id) => isPartOf(id, each)))
  if (unknown !== undefined)
    throw new CommanderError(1, 'sojourn.only', `No case is named ${unknown} in what is run.`)
}

function isPartOf(id: string, chosen: string): boolean {
  return id === chosen || id.startsWith(`${chosen}.`)
}

async function suitesOf(
  subject: Subject,
  { file, options }: { file: string; options: Options },
): Promise<Suite[]> {
  const { suite, seed, timeout } = options
  const tested = {
    name: basename(file),
    ...subject,
    ...(seed === undefined ? {} : { seed }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1_000 }),
  }
  const { exempt = {} } = subject
  const ids = Object.keys(exempt)
  const exemptOf = (letter: string) =>
    Object.fromEntries(
      ids.filter((id) => id.startsWith(letter)).map((id) => [id, exempt[id] ?? '']),
    )
  const ofBackend = () => backendSuite({ ...tested, exempt: exemptOf('B') })
  const ofStore = (atOnce: boolean) => storeSuiteOver({ ...tested, atOnce, exempt: exemptOf('P') })
  if (suite === 'backend') return [await ofBackend()]
  return [
    ...(suite === 'store' ? [] : [await ofBackend()]),
    await ofStore(false),
    ...((await hasOutcomesAtOnce(subject.open)) ? [await ofStore(true)] : []),
  ]
}

async function runOne(suite: Suite, { only }: Options, { stderr }: Streams): Promise<SuiteRun> {
  const isChosen = ({ id }: { readonly id: string }) =>
    only === undefined || only.some((each) => isPartOf(id, each))
  const cases = suite.cases.filter(isChosen)
  const progress = createProgress(suite.name, cases.length, stderr)
  const begun = process.uptime() // cases shift performance.now()
  const results = await runSuite({ ...suite, cases }, progress.advance)
  progress.end()
  const seconds = process.uptime() - begun
  return { suite, results, report: suite.report(results), seconds }
}

function asNumber(text: string): number {
  const number = Number(text)
  if (Number.isFinite(number) && number > 0) return number
  throw new CommanderError(1, 'sojourn.number', `${text} is not a number above 0.`)
}
