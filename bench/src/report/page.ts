import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { type Scenario, scenarios } from '../measure/scenarios.ts'
import { chartOf } from './chart.ts'
import type { Results } from './results.ts'
import { tablesOf } from './tables.ts'

const docs = join(import.meta.dirname, '../../../docs/explanation')
const begin = '<!-- figures: written by pnpm bench --write -->'
const end = '<!-- end of the figures -->'

/** Where and how the figures were measured. */
export interface Circumstances {
  readonly redisVersion: string
  readonly turns: number
  readonly stretch: number
  readonly micro: string
}

/** Puts the figures and their drawings into docs/explanation/performance.md. The text around them stays. */
export async function writePage(
  frameworks: readonly string[],
  results: Results,
  circumstances: Circumstances,
): Promise<void> {
  const path = join(docs, 'performance.md')
  const page = readFileSync(path, 'utf8')
  const sections: string[] = []
  mkdirSync(join(docs, 'performance'), { recursive: true })
  for (const framework of frameworks) {
    const file = `performance/${framework.toLowerCase()}.svg`
    writeFileSync(join(docs, file), await chartOf(framework, ['R', 'W', 'login'], results))
    const drawing = `![What reads, writes and logins cost on ${framework}](${file})`
    const tables = tablesOf(framework, Object.keys(scenarios) as Scenario[], results)
    sections.push(`### ${framework}\n\n${drawing}\n\n${tables}`)
  }
  const figures = [
    `${begin}\n`,
    describe(circumstances),
    circumstances.micro,
    ...sections,
    `\n${end}`,
  ]
  const [before, after] = [page.split(begin, 1)[0], page.split(end)[1]]
  writeFileSync(
    path,
    `${before}${figures.join('\n\n').replaceAll(/\n{3,}/g, '\n\n')}${after ?? '\n'}`,
  )
}

function describe({ redisVersion, turns, stretch }: Circumstances): string {
  const cores = cpus()
  const machine = `${cores.length} cores of ${cores[0]?.model ?? 'an unknown processor'}`
  const day = new Date().toISOString().slice(0, 10)
  return `${day}, Node ${process.versions.node}, Redis ${redisVersion}, ${machine}. Medians of ${turns} turns of ${stretch} ms, ± half of the distance between the quartiles; in brackets behind each verdict the goal.`
}
