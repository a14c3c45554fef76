import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { contenders } from '../contenders/targets.ts'
import type { Scenario } from '../measure/scenarios.ts'
import type { Results } from './results.ts'

/** Who a bar is of, by its colour. Readable on a white page and on a dark one, and by the colour-blind. */
const colours = {
  'written by hand': '#7f8c8d',
  peer: '#e69f00',
  'Sojourn before': '#56b4e9',
  Sojourn: '#0072b2',
}

/** Draws what each contender on a framework costs over it, with the quartiles, as SVG. */
export async function chartOf(
  framework: string,
  scenarios: readonly Scenario[],
  results: Results,
): Promise<string> {
  const names = results.names.filter(
    (name) => contenders[name]?.over === framework && !name.startsWith('bare'),
  )
  const values = names.flatMap((name) =>
    scenarios.flatMap((scenario) => {
      const spread = results.over(name, scenario)
      return spread
        ? [{ name: name.replace(/ on \w+$/, ''), scenario, who: whoIs(name), ...spread }]
        : []
    }),
  )
  const { spec } = compile(specOf(values, scenarios))
  return await new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG()
}

function whoIs(name: string): keyof typeof colours {
  if (name.startsWith('Sojourn before')) return 'Sojourn before'
  if (name.startsWith('Sojourn')) return 'Sojourn'
  return name.startsWith('limit') ? 'written by hand' : 'peer'
}

function specOf(
  values: readonly { readonly who: keyof typeof colours }[],
  scenarios: readonly Scenario[],
): TopLevelSpec {
  const present = new Set(values.map(({ who }) => who))
  const legend = Object.entries(colours).filter(([who]) => present.has(who as keyof typeof colours))
  const y = { field: 'name', type: 'nominal', title: null, sort: null } as const
  const title = 'µs of server CPU per request over the bare framework'
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    data: { values: [...values] as Record<string, unknown>[] },
    facet: { column: { field: 'scenario', sort: [...scenarios], title: null } },
    spec: {
      width: 190,
      layer: [
        {
          mark: 'bar',
          encoding: {
            y,
            x: { field: 'median', type: 'quantitative', title },
            color: {
              field: 'who',
              title: null,
              scale: {
                domain: legend.map(([who]) => who),
                range: legend.map(([, colour]) => colour),
              },
            },
          },
        },
        {
          mark: 'rule',
          encoding: { y, x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
        },
      ],
    },
    resolve: { scale: { x: 'independent' } },
    config: { font: 'system-ui, sans-serif', legend: { orient: 'top' } },
  }
}
