// How long each test file takes on two quiet cores: the order of a run and what its reporter expects come from here.
// `RECORD_DURATIONS=1 pnpm test:all` writes it into the record.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A test file in a project of vitest's; some files run in two. */
export interface TestFile {
  readonly project: { readonly name: string }
  readonly moduleId: string
}

const root = join(import.meta.dirname, '..')
const record = join(import.meta.dirname, 'durations.json')

/** Files that take less are not recorded. In milliseconds. */
const shortest = 1_000
/** What a file takes that is not recorded. In milliseconds. */
const typical = 500

const recorded: Readonly<Record<string, number>> = JSON.parse(readFileSync(record, 'utf8'))

/** The name of a test file in the record, such as `core: packages/core/test/errors.test.ts`. */
export function keyOf({ project, moduleId }: TestFile): string {
  return `${project.name}: ${relative(root, moduleId)}`
}

/** How many milliseconds a file keeps a worker busy. */
export function expectedDuration(file: TestFile): number {
  return recorded[keyOf(file)] ?? typical
}

/** Writes what the files of a run took into the record, in milliseconds by key. Those of other files stay. */
export function recordDurations(durations: ReadonlyMap<string, number>): void {
  const entries = [...Object.entries(recorded).filter(([key]) => !durations.has(key)), ...durations]
    .filter(([, ms]) => ms >= shortest)
    .map(([key, ms]) => [key, Math.round(ms / 100) * 100] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  writeFileSync(record, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`)
}
