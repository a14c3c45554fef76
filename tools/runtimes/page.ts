// The tables of docs/reference/runtimes.md, from what test-runtimes runs. `npx tsx tools/runtimes/page.ts` writes them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMain } from '../report.ts'
import { typescripts } from './check-types.ts'
import { claims, type Runtime, runtimes } from './claims.ts'
import { foreignPeers } from './manifests.ts'
import { endsOf } from './peers.ts'

/** The path of the page. */
export const page = join(import.meta.dirname, '../../docs/reference/runtimes.md')

/** Returns the page with the tables that belong between its marks, `<!-- name -->` and `<!-- /name -->`. */
export function withTables(text: string): string {
  const tables = { runtimes: runtimeTable(), peers: peerTable(), typescript: typescriptLine() }
  return Object.entries(tables).reduce((written, [name, table]) => {
    const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [before, rest = ''] = written.split(start)
    return `${before}${start}\n\n${table}\n\n${end}${rest.split(end)[1]}`
  }, text)
}

function runtimeTable(): string {
  const columns = Object.entries(runtimes) as [Runtime, string][]
  const rows = Object.entries(claims).map(([name, claim]) => {
    const cells = columns.map(([runtime]) => (claim.runtimes.includes(runtime) ? 'yes' : ''))
    return [packageName(name), ...cells]
  })
  return tableOf(['package', ...columns.map(([, title]) => title)], rows)
}

function peerTable(): string {
  const rows = Object.keys(claims).flatMap((name) =>
    foreignPeers(name).map(([peer, range]) => [
      packageName(name),
      `\`${peer}\``,
      endsOf(range).map(versionName).join(', '),
    ]),
  )
  return tableOf(['package', 'peer', 'is tested with'], rows)
}

function typescriptLine(): string {
  const [oldest, ...newer] = typescripts
  return `The oldest supported TypeScript is ${oldest}; ${newer.join(' and ')} are checked too.`
}

const packageName = (name: string) => `\`@sojourn/${name}\``

/** An end of a range as people say it: `^4.18.0` is there for the newest version of 4. */
function versionName(end: string): string {
  return end.startsWith('^') ? `the newest ${end.slice(1).split('.', 1)}` : end
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return lines.join('\n')
}

if (isMain(import.meta.filename)) writeFileSync(page, withTables(readFileSync(page, 'utf8')))
