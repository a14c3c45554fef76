import { markdownTable } from 'markdown-table'
import { contenders } from '../contenders/targets.ts'
import { firstRequests } from '../measure/run.ts'
import type { Scenario } from '../measure/scenarios.ts'
import type { Spread } from '../measure/statistics.ts'
import { goalOf } from './goals.ts'
import type { Results } from './results.ts'

/** Returns the tables of one framework: costs with their spread and goals, then the tail and the bytes. */
export function tablesOf(
  framework: string,
  scenarios: readonly Scenario[],
  results: Results,
): string {
  const names = results.names.filter((name) => contenders[name]?.over === framework)
  const others = names.filter((name) => !name.startsWith('bare'))
  const hasCold = others.some((name) => results.cold(name))
  const costs = markdownTable(
    [
      [`on ${framework}`, ...scenarios, ...(hasCold ? [`first ${firstRequests}`] : [])],
      ...names.map((name) => [
        label(name, results),
        ...scenarios.map((scenario) => cost(name, scenario, results)),
        ...(hasCold ? [show(results.cold(name))] : []),
      ]),
    ],
    { align: ['l', ...scenarios.map(() => 'r'), 'r'] },
  )
  const tails = markdownTable(
    [
      [`p99 in ms, bytes of the response, on ${framework}`, 'R', 'W', 'R bytes', 'W bytes'],
      ...others.map((name) => [
        label(name, results),
        ...(['R', 'W'] as const).map((scenario) => results.p99(name, scenario)?.toFixed(1) ?? '–'),
        ...(['R', 'W'] as const).map(
          (scenario) => results.bytes(name, scenario)?.toFixed(0) ?? '–',
        ),
      ]),
    ],
    { align: ['l', 'r', 'r', 'r', 'r'] },
  )
  return `${costs}\n\n${tails}`
}

function label(name: string, results: Results): string {
  const short = name.replace(/ on \w+$/, '')
  return results.isWarm(name) ? short : `${short} (cost not flat yet)`
}

function cost(name: string, scenario: Scenario, results: Results): string {
  if (name.startsWith('bare')) return `(${show(results.bare(name, scenario))})`
  const spread = results.over(name, scenario)
  const goal = name.startsWith('Sojourn') ? goalOf(name, scenario, results) : undefined
  if (!spread || !goal) return show(spread)
  const verdict = Math.round(spread.median) <= Math.round(goal.most) ? 'met' : '**missed**'
  return `${show(spread)} ${verdict} (${goal.most.toFixed(0)})`
}

function show(spread: Spread | undefined): string {
  if (!spread) return '–'
  return `${spread.median.toFixed(0)} ±${((spread.high - spread.low) / 2).toFixed(0)}`
}
