import { basename } from 'node:path'
import { inspect } from 'node:util'
import { Command, CommanderError, Option } from 'commander'
import { backendSuite } from '../backend-suite.ts'
import { storeSuiteOver } from '../store-suite-over.ts'
import { runSuite, type Suite } from '../suite.ts'
import { version } from '../version.ts'
import { loadSubject, type Subject, SubjectError } from './load-subject.ts'
import { createProgress } from './progress.ts'
import { type SuiteRun, summaryOf, writeReports } from './reports.ts'

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
  const subject = await loadSubject(file)
  const runs: SuiteRun[] = []
  const suites = await suitesOf(subject, { file, options }).catch((error: unknown) => {
    throw new SubjectError(`open() of ${file} has failed: ${inspect(error)}`, { cause: error })
  })
  for (const suite of suites) runs.push(await runOne(suite, options, streams))
  streams.stdout.write(summaryOf(runs))
  writeReports(runs, options)
  const hasFailed = runs.some(({ results }) => results.some(({ outcome }) => outcome === 'failed'))
  const isWhole = options.only !== undefined || runs.every(({ report }) => report.conforms)
  return hasFailed || !isWhole ? status.fails : status.conforms
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
  return [
    ...(suite === 'store' ? [] : [await backendSuite({ ...tested, exempt: exemptOf('B') })]),
    ...(suite === 'backend' ? [] : [await storeSuiteOver({ ...tested, exempt: exemptOf('P') })]),
  ]
}

async function runOne(suite: Suite, { only }: Options, { stderr }: Streams): Promise<SuiteRun> {
  const isChosen = ({ id }: { readonly id: string }) =>
    only === undefined || only.some((each) => id === each || id.startsWith(`${each}.`))
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
