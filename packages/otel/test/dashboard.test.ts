// Every query of the dashboard and of the alerts is PromQL, and its metrics and labels are there once sessions are used.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import { createVisitor } from '@sojourn/conformance/testing'
import { memoryBackend } from '@sojourn/store-memory'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { prometheusMetrics } from '../src/prometheus.ts'
import { testManager } from './support.ts'

const file = (name: string) => readFileSync(join(import.meta.dirname, '..', name), 'utf8')

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
  }
  readonly targets?: readonly {
    readonly refId: string
    readonly expr: string
    readonly legendFormat: string
  }[]
}
const dashboard = JSON.parse(file('grafana/sojourn-sessions.json'))
const panels: readonly Panel[] = dashboard.panels

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}
const rules: readonly Rule[] = parse(file('alerts.yml')).groups.flatMap(
  ({ rules: inGroup }: { rules: Rule[] }) => inGroup,
)

const queries = [
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
]

/** The labels of each metric of the endpoint, with all values seen. */
const exported = new Map<string, Map<string, Set<string>>>()

beforeAll(async () => {
  const made = testManager({}, memoryBackend())
  const { register } = prometheusMetrics(made.manager, { liveSessions: true })
  const visitor = createVisitor(made.manager)
  await visitor.request((session) => session.login('ada'))
  made.fail(['find'], { times: 1 })
  await visitor.request().catch(() => undefined)
  await visitor.request()
  for (const line of (await register.metrics()).split('\n')) {
    const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? []
    if (name === undefined || line.startsWith('#')) continue
    const known = exported.get(name) ?? new Map<string, Set<string>>()
    exported.set(name, known)
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g))
      known.set(label, (known.get(label) ?? new Set()).add(value))
  }
})

test('nothing that the endpoint counts is missing from the dashboard', () => {
  const shown = queries.map(([, expr]) => expr).join('\n')
  const families = [...exported.keys()].map((name) => name.replace(/_(bucket|sum|count)$/, ''))
  expect(families.filter((name) => !shown.includes(name))).toEqual([])
})

describe.each(queries)('%s: %s', (_title, template) => {
  const expr = template.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*')
  const tree = parser.parse(expr)
  const text = (node: SyntaxNode) => expr.slice(node.from, node.to)
  const nodesOf = (name: string) => {
    const found: SyntaxNode[] = []
    tree.iterate({ enter: ({ name: type, node }) => void (type === name && found.push(node)) })
    return found
  }

  test('is PromQL', () => {
    expect(nodesOf('⚠')).toEqual([])
    expect(nodesOf('VectorSelector').length).toBeGreaterThan(0)
  })

  test('names metrics that exist, and labels and values that they have', () => {
    for (const selector of nodesOf('VectorSelector')) {
      const name = selector.getChild('Identifier')
      const labels = exported.get(name ? text(name) : '')
      expect(labels, text(selector)).toBeDefined()
      for (const matcher of nodesOf('UnquotedLabelMatcher')) {
        if (matcher.from < selector.from || matcher.to > selector.to) continue
        const [, label = '', operator = '', value = ''] =
          /^(\w+)\s*(=~|=|!=|!~)\s*"(.*)"$/.exec(text(matcher)) ?? []
        if (label === 'job') continue // Prometheus adds it
        const values = [...(labels?.get(label) ?? [])]
        const matches =
          operator === '=~' ? new RegExp(`^(?:${value})$`) : { test: (v: string) => v === value }
        expect(
          values.some((known) => matches.test(known)),
          text(matcher),
        ).toBe(true)
      }
    }
    const grouped = nodesOf('GroupingLabels').flatMap((node) =>
      text(node)
        .replace(/[()]/g, '')
        .split(',')
        .map((label) => label.trim()),
    )
    const labels = new Set([...exported.values()].flatMap((known) => [...known.keys()]))
    for (const label of grouped) expect(['job', 'le', ...labels]).toContain(label)
  })
})

describe('the dashboard', () => {
  test('has panels with titles, descriptions and ids of their own that do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { type, title, description } of panels)
      if (type !== 'row') expect(description, title).toMatch(/\.$/)
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(cells.every((cell) => Number(cell.split(',')[0]) < 24)).toBe(true)
  })

  test('has legends whose labels the query keeps', () => {
    for (const { targets = [] } of panels)
      for (const { expr, legendFormat } of targets)
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          expect(expr).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b`))
  })

  test('asks for data source and job by variables', () => {
    const names = dashboard.templating.list.map(({ name }: { name: string }) => name)
    expect(names).toEqual(['datasource', 'job'])
    expect(JSON.stringify(panels)).not.toMatch(/"uid":"(?!\$\{datasource\})/)
  })
})

test('each alert has a severity and says what it means', () => {
  for (const { labels, annotations } of rules) {
    expect(labels['severity']).toMatch(/^(warning|critical)$/)
    expect(annotations['summary']).toMatch(/\.$/)
  }
})
