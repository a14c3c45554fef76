import { markdownTable } from 'markdown-table'
import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { ClusterFigures } from './cluster.ts'
import type { Costs, ServerFigures } from './one-server.ts'
import { assumed, type Plan, planFor } from './plan.ts'

/** The line of a store that writes the use of a session with each read. */
const everyRead = 'load, if every read wrote'
const planned = [100_000, 1_000_000, 10_000_000, 100_000_000]

/** Returns the tables of what was measured, and of what follows for more sessions. */
export function tablesOf(server: ServerFigures, cluster: ClusterFigures): string[] {
  const plans = planned.map((sessions) => planFor(sessions, server, cluster))
  return [
    '### Measured',
    costsTable(server.costs),
    serverTable(server),
    clusterTable(cluster),
    '### Extrapolated',
    planTable(plans),
  ]
}

function costsTable({ together, apart }: ServerFigures['costs']): string {
  const names: Readonly<Record<keyof Costs, string>> = {
    read: 'a read',
    touch: 'a read that writes the use of its session',
    write: 'a change of one key',
    login: 'a login of a new user',
  }
  const rows = Object.entries(names).map(([kind, name]) => {
    const micros = apart[kind as keyof Costs]
    const perSecond = thousands((assumed.load * 1e6) / micros)
    return [name, together[kind as keyof Costs].toFixed(1), micros.toFixed(1), perSecond]
  })
  return table(
    [
      "µs of Redis' CPU for",
      '16 at once, on one connection',
      'on a connection each',
      'those per second, on half a core',
    ],
    rows,
  )
}

function serverTable({ sessions, bytes, snapshot, seconds }: ServerFigures): string {
  const megabytes = (bytes.used * sessions) / 1e6
  return table(
    [`one server with ${thousands(sessions)} sessions of users`, ''],
    [
      ['bytes of a session with its index, as Redis counts', bytes.used.toFixed(0)],
      ['… as the machine counts', bytes.resident.toFixed(0)],
      ['… in a snapshot on disk', bytes.onDisk.toFixed(0)],
      ['all of them in memory', `${megabytes.toFixed(0)} MB`],
      [
        'a snapshot, while sessions are written',
        `${snapshot.seconds.toFixed(1)} s, ${thousands(snapshot.written)} writes`,
      ],
      ['… stops the server once, for its fork', `${snapshot.forkMs.toFixed(0)} ms`],
      ['… copies of the memory', `${(100 * snapshot.copied).toFixed(0)} %`],
      ['a restart, until it serves', `${seconds.restart.toFixed(1)} s`],
      ['`manager.stats()`, a scan of all', `${seconds.stats.toFixed(1)} s`],
      ['`manager.revokeEverybody()`', `${seconds.revokeEverybody.toFixed(1)} s`],
    ],
  )
}

function clusterTable({ sessions, imbalance, costs }: ClusterFigures): string {
  const both = ({ masters, replicas }: ClusterFigures['costs']['read']) =>
    `${masters.toFixed(1)} + ${replicas.toFixed(1)} µs`
  return table(
    [`a Cluster of 3 masters and 3 replicas with ${thousands(sessions)} sessions`, ''],
    [
      ['keys of the fullest master above the mean', `${(100 * imbalance).toFixed(1)} %`],
      ['a read, on masters + on replicas', both(costs.read)],
      ['a change of one key', both(costs.write)],
    ],
  )
}

function planTable(plans: readonly Plan[]): string {
  return table(
    [
      'live sessions',
      'requests per second',
      'cores of Redis in use',
      '… without `touchInterval`',
      'memory',
      'masters by load, by memory',
      'masters + replicas',
    ],
    plans.map(({ sessions, requestsPerSecond, cores, bytes, masters, shape }) => [
      thousands(sessions),
      thousands(requestsPerSecond),
      cores.touched.toFixed(2),
      cores.always.toFixed(2),
      `${(bytes / 1e9).toFixed(1)} GB`,
      `${masters.byLoad}, ${masters.byMemory}`,
      shape,
    ]),
  )
}

/** Draws how many servers the load needs, and how many the memory, by the number of sessions. */
export async function drawPlan(server: ServerFigures, cluster: ClusterFigures): Promise<string> {
  const sizes = planned.flatMap((size) => [size, size * 2, size * 5]).slice(0, -2)
  const values = sizes.flatMap((x) => {
    const { cores, bytes } = planFor(x, server, cluster)
    return [
      { x, what: 'load', y: cores.touched / assumed.load },
      { x, what: everyRead, y: cores.always / assumed.load },
      { x, what: 'memory', y: (2 * bytes) / assumed.maxmemory },
    ]
  })
  const log = (title: string) => ({ type: 'quantitative', scale: { type: 'log' }, title }) as const
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    width: 460,
    height: 260,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'x', ...log('live sessions'), axis: { values: planned } },
      y: { field: 'y', ...log('masters that are needed') },
      color: {
        field: 'what',
        type: 'nominal',
        title: null,
        scale: {
          domain: ['load', everyRead, 'memory'],
          range: ['#0072b2', '#e69f00', '#7f8c8d'],
        },
      },
    },
    config: { font: 'system-ui, sans-serif', legend: { orient: 'top', labelLimit: 300 } },
  }
  return await new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' }).toSVG()
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return markdownTable([[...head], ...rows.map((row) => [...row])], {
    align: head.map((_, column) => (column === 0 ? 'l' : 'r')),
  })
}

function thousands(figure: number): string {
  return Math.round(figure).toLocaleString('en')
}
