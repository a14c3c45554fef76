import { markdownTable } from 'markdown-table'
import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { Line } from './lines.ts'
import type { tasks } from './tasks.ts'

type TaskName = keyof typeof tasks
type Panel = Extract<TopLevelSpec, { concat: unknown }>['concat'][number]

/** What each task varies, and what its figures are. */
const titles: Readonly<Record<TaskName, { readonly head: string; readonly x: string }>> = {
  sessions: { head: 'µs by the number of live sessions', x: 'live sessions' },
  payload: { head: 'µs by the KiB of JSON in a session', x: 'KiB of JSON' },
  users: { head: 'µs by the sessions of a user, at the limit', x: 'sessions of a user' },
  bytes: { head: 'bytes in Redis by the sessions of a user', x: 'sessions of a user' },
  writers: { head: 'by the requests that write one session at once', x: 'writers at once' },
}

/** Returns the figures of one task. What Redis itself uses comes after `+`. */
export function tableOf(task: TaskName, lines: readonly Line[]): string {
  const bytes = lines.filter(({ what }) => what === 'bytes')
  const others = lines.filter(({ what }) => what !== 'bytes')
  const { head } = titles[task]
  return [
    table(head, others),
    ...(bytes.length > 0 ? [table('bytes of a session in the heap and beside it', bytes)] : []),
  ].join('\n\n')
}

/** A row for each line, a column for each size. */
function table(head: string, lines: readonly Line[]): string {
  const sizes = lines[0]?.points.map(({ x }) => x) ?? []
  const rows = lines.map(({ subject, what, points }) => [
    what === 'bytes' ? subject : `${subject}, ${what}`,
    ...points.map(({ y, redis }) => (redis ? `${round(y)} + ${round(redis)}` : round(y))),
  ])
  return markdownTable([[head, ...sizes.map((size) => size.toLocaleString('en'))], ...rows], {
    align: ['l', ...sizes.map(() => 'r')],
  })
}

function round(figure: number): string {
  return figure.toFixed(figure < 10 ? 1 : 0)
}

/** Draws one panel per task, of the one figure that tells most. */
export async function drawScale(all: Readonly<Record<TaskName, readonly Line[]>>): Promise<string> {
  const panels = [
    panel('sessions', 'µs of CPU per read', all.sessions, 'R'),
    panel('payload', 'µs of CPU per write', all.payload, 'W'),
    panel('users', 'µs of CPU per login', all.users, 'login'),
    panel('writers', 'ms until all have written', all.writers, 'ms, one server'),
  ]
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    columns: 2,
    concat: panels,
    config: { font: 'system-ui, sans-serif', legend: { orient: 'top' } },
  }
  return await new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' }).toSVG()
}

function panel(task: TaskName, title: string, lines: readonly Line[], what: string): Panel {
  const values = lines
    .filter((line) => line.what === what)
    .flatMap(({ subject, points }) => points.map(({ x, y }) => ({ subject, x, y })))
  return {
    width: 300,
    height: 180,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        scale: { type: 'log', nice: false },
        title: titles[task].x,
        axis: { values: [...new Set(values.map(({ x }) => x))], grid: false, labelOverlap: false },
      },
      y: { field: 'y', type: 'quantitative', scale: { zero: true }, title },
      color: {
        field: 'subject',
        type: 'nominal',
        title: null,
        scale: { domain: subjects, range: colours },
      },
    },
  }
}

/** Readable on a white page and on a dark one, and by the colour-blind. */
const subjects = [
  'Map by hand',
  'memorystore',
  'Redis by hand',
  'Sojourn memory',
  'Sojourn node-redis',
]
const colours = ['#7f8c8d', '#e69f00', '#000000', '#56b4e9', '#0072b2']
