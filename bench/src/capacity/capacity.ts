import { place, writeDrawing, writeSection } from '../report/page.ts'
import { measureCluster } from './cluster.ts'
import { measureServer } from './one-server.ts'
import { drawPlan, tablesOf } from './report.ts'

const ofCluster = 60_000

/**
 * Measures what Redis needs for many sessions, and prints that and what follows for more of them. With `write` puts it into
 * docs/explanation/scale.md.
 * @param sessions how many one server is filled with
 */
export async function measureCapacity(
  sessions: number,
  options: { readonly write: boolean },
): Promise<void> {
  const server = await measureServer(sessions)
  const cluster = await measureCluster(ofCluster)
  const tables = tablesOf(server, cluster)
  console.log(tables.join('\n\n'))
  if (!options.write) return
  const image = writeDrawing('capacity', await drawPlan(server, cluster))
  const drawing = `![How many masters the load and the memory need, by the number of live sessions](${image})`
  const where = `${place(server.redisVersion)}.`
  writeSection('scale.md', 'capacity', [where, ...tables, drawing])
}
