// Measures the bundles with size-limit, as .size-limit.mjs says, and compares them with tools/size-limits.json: no entry point is
// larger than its limit, and no limit is so high that an entry point could grow by half unseen.
import { join } from 'node:path'
import { isMain, type Problem, report } from './report.ts'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')
export const limits = join(root, 'tools/size-limits.json')

/** One entry point as size-limit reports it, in bytes. */
export interface Measured {
  readonly name: string
  readonly size: number
  readonly sizeLimit: number
}

/** Returns what is wrong with the size or the limit of an entry point. */
export function problemsOf({ name, size, sizeLimit }: Measured): string[] {
  const [measured, limit] = [inKilobytes(size), inKilobytes(sizeLimit)]
  if (size > sizeLimit)
    return [
      `${name} has ${measured}, ${limit} are allowed: make it smaller, or say why it has grown`,
    ]
  if (size * 1.5 < sizeLimit)
    return [`${name} has ${measured} only, ${limit} are allowed: lower the limit`]
  return []
}

function checkSizes(): Problem[] {
  const { output } = run(join(root, 'node_modules/.bin/size-limit'), ['--json'], root)
  const [json] = /^\[\n[\s\S]*?^\]$/m.exec(output) ?? []
  if (json === undefined) return [problem(`size-limit says:\n${output}`)]
  const measured: Measured[] = JSON.parse(json)
  for (const { name, size } of measured) console.log(`${inKilobytes(size).padStart(8)}  ${name}`)
  return measured.flatMap(problemsOf).map(problem)
}

const problem = (message: string): Problem => ({ file: limits, line: 1, message })

const inKilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`

if (isMain(import.meta.filename)) report(checkSizes())
