import { rmSync } from 'node:fs'
import {
  checkCommonJs,
  checkPage,
  checkTypes,
  type TypeCheck,
  typeChecks,
  typescripts,
  usualCheck,
  writeSources,
} from './check-types.ts'
import { claims, nodes, programsOn, type Runtime, runtimes } from './claims.ts'
import { type Folder, makeFolder } from './folder.ts'
import { buildNextApp } from './next-app.ts'
import type { Column } from './peers.ts'
import { type Results, throwOfFailed } from './results.ts'
import { runPrograms } from './run-programs.ts'
import { suites } from './suites.ts'

/** What all columns share. */
export interface Setting {
  /** The folder outside of the repository in which packages are installed. */
  readonly parent: string
  /** The paths of the packed packages, by the names of their folders. */
  readonly tarballs: ReadonlyMap<string, string>
  readonly results: Results
  /** The environment of programs. */
  readonly env: NodeJS.ProcessEnv
}

/** Steps that test an installed folder. */
type Steps = (folder: Folder, setting: Setting) => Promise<unknown>

/** Installs a set of versions of peers, and runs steps in its folder, which is removed afterwards: it is large. */
export async function testColumn(
  column: Column,
  setting: Setting,
  steps: readonly Steps[],
): Promise<void> {
  const { parent, results, tarballs } = setting
  const names = Object.keys(claims).filter((name) =>
    claims[name]?.programs.some((program) => column.programs.includes(program)),
  )
  const install = () => makeFolder(parent, column, names, tarballs)
  const folder = await results.step(`${column.title}: npm install`, install)
  if (!folder) return
  writeSources(folder)
  try {
    await Promise.all(steps.map((each) => each(folder, setting)))
  } finally {
    rmSync(folder.path, { recursive: true, force: true })
  }
}

/** Runs what each runtime is claimed for. */
export const runEverywhere: Steps = async (folder, { results, env }) => {
  await prepareNext(folder, results)
  const tested = Object.keys(runtimes) as Runtime[]
  await Promise.all(
    tested.map((runtime) => {
      const names = programsOn(runtime)
      return results.step(titleOf(folder, names, runtime), async () =>
        results.keep(runtime, await runPrograms(folder.path, runtime, names, env)),
      )
    }),
  )
}

/** Runs the programs of a column on the oldest Node. */
export const runOnOldestNode: Steps = async (folder, { results, env }) => {
  await prepareNext(folder, results)
  const [runtime] = nodes
  const names = folder.column.programs
  await results.step(titleOf(folder, names, runtime), async () =>
    throwOfFailed(await runPrograms(folder.path, runtime, names, env)),
  )
}

/** Runs the suites of the conformance kit elsewhere than on Node. */
export const runSuites: Steps = async (folder, { results }) => {
  await Promise.all(suites.map(({ title, run }) => results.step(title, () => run(folder.path))))
}

/** Type-checks with every TypeScript, and every way to resolve modules. */
export const checkAllTypes: Steps = async (folder, setting) => {
  const page = async () => throwProblems(await checkPage(folder))
  await Promise.all([
    ...typeChecks.map((check) => checkTypesOnce(folder, setting, check)),
    setting.results.step(`${folder.column.title}: the script of a page`, page),
  ])
}

/** Type-checks with the newest TypeScript. */
export const checkUsualTypes: Steps = (folder, setting) =>
  checkTypesOnce(folder, setting, usualCheck)

/** Type-checks an application that is CommonJS: with the oldest peers, because the newest ones are ES modules alone. */
export const checkTypesOfCommonJs: Steps = async (folder, { results }) => {
  await Promise.all(
    typescripts.map((version) =>
      results.step(`${folder.column.title}: CommonJS with TypeScript ${version}`, async () =>
        throwProblems(await checkCommonJs(folder, version)),
      ),
    ),
  )
}

function checkTypesOnce(folder: Folder, { results }: Setting, check: TypeCheck) {
  const { typescript, resolution, exact } = check
  const how = `TypeScript ${typescript}, ${resolution}${exact ? '' : ', inexact optional properties'}`
  return results.step(`${folder.column.title}: ${how}`, async () =>
    throwProblems(await checkTypes(folder, check)),
  )
}

async function prepareNext({ path, column }: Folder, results: Results): Promise<void> {
  if (column.programs.includes('next'))
    await results.step(`${column.title}: next build`, () => buildNextApp(path))
}

function titleOf({ column }: Folder, names: readonly string[], runtime: Runtime): string {
  const programs = names.length === 1 ? '1 program' : `${names.length} programs`
  return `${column.title}: ${programs} on ${runtimes[runtime]}`
}

function throwProblems(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join('\n'))
}
