import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { type Scenario, scenarios } from '../measure/scenarios.ts'
import { chartOf } from './chart.ts'
import type { Results } from './results.ts'
import { tablesOf } from './tables.ts'

const docs = join(import.meta.dirname, '../../../docs/explanation')

/** Where and how the figures were measured. */
export interface Circumstances {
  readonly redisVersion: string
  readonly turns: number
  readonly stretch: number
  readonly micro: string
}

/** Puts the figures of the frameworks and their drawings into docs/explanation/performance.md. */
export async function writePage(
  frameworks: readonly string[],
  results: Results,
  circumstances: Circumstances,
): Promise<void> {
  const sections: string[] = []
  for (const framework of frameworks) {
    const drawing = await chartOf(framework, ['R', 'W', 'login'], results)
    const image = writeDrawing(framework.toLowerCase(), drawing)
    const tables = tablesOf(framework, Object.keys(scenarios) as Scenario[], results)
    const title = `What reads, writes and logins cost on ${framework}`
    sections.push(`### ${framework}\n\n![${title}](${image})\n\n${tables}`)
  }
  writeSection('performance.md', 'figures', [
    describe(circumstances),
    circumstances.micro,
    ...sections,
  ])
}

/** Replaces what is between the marks of a section of a page; the text around them is written by hand and stays. */
export function writeSection(
  name: 'performance.md' | 'scale.md' | 'beside-other-libraries.md',
  section: 'figures' | 'scale' | 'capacity' | 'promises',
  blocks: readonly string[],
): void {
  const path = join(docs, name)
  const page = readFileSync(path, 'utf8')
  const [begin, end] = [`<!-- ${section}: begin -->`, `<!-- ${section}: end -->`]
  const [before, rest] = split(page, begin)
  const [, after] = split(rest, end)
  writeFileSync(path, [before + begin, ...blocks, end + after].join('\n\n'))
}

/** Writes a drawing beside the pages; returns its path from there. */
export function writeDrawing(name: string, svg: string): string {
  mkdirSync(join(docs, 'performance'), { recursive: true })
  writeFileSync(join(docs, `performance/${name}.svg`), svg)
  return `performance/${name}.svg`
}

/** Returns where and when a measurement was made. */
export function place(redisVersion: string): string {
  const cores = cpus()
  const machine = `${cores.length} cores of ${cores[0]?.model ?? 'an unknown processor'}`
  const day = new Date().toISOString().slice(0, 10)
  return `${day}, Node ${process.versions.node}, Redis ${redisVersion}, ${machine}`
}

function split(page: string, mark: string): [before: string, after: string] {
  const at = page.indexOf(mark)
  if (at < 0) throw new Error(`The page has no ${mark}`)
  return [page.slice(0, at), page.slice(at + mark.length)]
}

function describe({ redisVersion, turns, stretch }: Circumstances): string {
  return `${place(redisVersion)}. Medians of ${turns} turns of ${stretch} ms, ± half of the distance between the quartiles; in brackets behind each verdict the goal.`
}
