import type { Command } from 'commander'
import type { MovedFile } from '../codemod/move-files.ts'
import { exitStatus } from '../exit-status.ts'
import { Failure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { addOutputOptions } from '../options.ts'
import { createOutput, type Output, type OutputOptions } from '../output/output.ts'
import type { Text } from '../output/table.ts'

interface CodemodOptions extends OutputOptions {
  readonly write?: boolean
}

const howTo = 'docs/how-to/move-from-express-session.md'

/** Adds `sojourn migrate codemod`, which rewrites the handlers of an application from express-session to Sojourn. */
export function addMigrateCodemod(migrate: Command, invocation: Invocation): void {
  const command = migrate
    .command('codemod')
    .description(
      'Rewrite an Express application from express-session to Sojourn, as far as it means the same, and list what is left to you.',
    )
    .argument('<path...>', 'files and folders of the application')
    .option('--write', 'write the files; without it nothing is changed')
  addOutputOptions(command).action(async (paths: readonly string[], options: CodemodOptions) => {
    const { moveFiles } = await loadEngine()
    const files = moveFiles(paths, { write: options.write === true })
    if (files.some(({ failure }) => failure !== undefined)) invocation.status = exitStatus.wrong
    else if (files.some(({ left }) => left.length > 0)) invocation.status = exitStatus.advice
    const output = createOutput(invocation.stdout, options)
    if (output.isJson) return output.json({ written: options.write === true, files })
    print(output, files, options)
  })
}

/** The engine is an optional peer: operators have no use for it. */
async function loadEngine() {
  try {
    return await import('../codemod/move-files.ts')
  } catch (error) {
    if (Object(error).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Failure(
      exitStatus.usage,
      'This command needs the package ts-morph.',
      'npx -p @sojourn/cli -p ts-morph sojourn migrate codemod PATH',
    )
  }
}

function print(output: Output, files: readonly MovedFile[], { write = false }: CodemodOptions) {
  const changed = files.filter((file) => file.changed.length > 0)
  output.table({
    rows: changed.map((file) => [file.path, placesText(file.changed.length)]),
  })
  const count = files.reduce((sum, file) => sum + file.changed.length, 0)
  output.line(
    `${placesText(count)} in ${changed.length} files ${write ? 'were' : 'would be'} changed.`,
  )
  printLeft(output, files)
  for (const { path, failure } of files)
    if (failure !== undefined) output.line({ text: `${path}: ${failure}`, style: 'wrong' })
  const moved = files.reduce((sum, file) => sum + file.moved, 0)
  if (moved > 0)
    output.line({
      text: `${placesText(moved)} have Sojourn's form already. If data had a key "data" or "flash", look at them.`,
      style: 'advice',
    })
  if (!write && count > 0) output.line('Commit what you have, then run it again with --write.')
}

/** Prints what is left, by the section of the how-to that says what to do. */
function printLeft(output: Output, files: readonly MovedFile[]): void {
  const left = files.flatMap(({ path, left: places }) =>
    places.map((place) => ({ path, ...place })),
  )
  if (left.length === 0) return
  output.line()
  output.line({ text: `${placesText(left.length)} are left to you:`, style: 'advice' })
  for (const section of new Set(left.map((place) => place.section))) {
    output.line()
    output.line({ text: `${howTo}#${section}`, style: 'quiet' })
    output.table({
      rows: left
        .filter((place) => place.section === section)
        .flatMap(({ path, line, text, why }): (readonly Text[])[] => [
          [`${path}:${line}`, text],
          ['', { text: why, style: 'quiet' }],
        ]),
    })
  }
  output.line()
}

function placesText(count: number): string {
  return count === 1 ? '1 place' : `${count} places`
}
