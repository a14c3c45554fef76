// Decides the order of the test files: the longest first, so that no worker is left alone with one at the end of a run.
// Files that share modules follow each other, because a worker keeps its modules only for the next file of its project.
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { expectedDuration } from './durations.ts'
import { sum } from './progress.ts'

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const groups = new Map<string, TestSpecification[]>()
    for (const file of files) {
      const { name, config } = file.project
      const group = config.isolate ? '' : name
      groups.set(group, [...(groups.get(group) ?? []), file])
    }
    const { '': alone = [], ...sharing } = Object.fromEntries(groups)
    const projects = Object.values(sharing).toSorted((a, b) => lengthOf(b) - lengthOf(a))
    return [alone, ...projects].flatMap(longestFirst)
  }
}

function longestFirst(files: readonly TestSpecification[]): TestSpecification[] {
  return files.toSorted((a, b) => lengthOf([b]) - lengthOf([a]))
}

/** How many milliseconds the files take one after another. */
function lengthOf(files: readonly TestSpecification[]): number {
  return sum(files.map(expectedDuration))
}
