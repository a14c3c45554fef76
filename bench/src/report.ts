import { goalOf, type Over } from './goals.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { contenders } from './targets.ts'

/** One table for each framework; behind what one of ours costs stands its goal, and whether it was met. */
export function report(names: readonly string[], lowest: ReadonlyMap<string, number>): string {
  const over: Over = (name, scenario) => {
    const cost = lowest.get(`${name} ${scenario}`)
    const bare = lowest.get(`bare ${contenders[name]?.over} ${scenario}`)
    return cost === undefined || bare === undefined ? undefined : cost - bare
  }
  const frameworks = new Set(names.map((name) => contenders[name]?.over))
  return [...frameworks]
    .map((framework) => {
      const rows = names.filter((name) => contenders[name]?.over === framework)
      return [
        `| on ${framework} | ${scenarios.join(' | ')} |`,
        `|---|${'---:|'.repeat(scenarios.length)}`,
        ...rows.map((name) => row(name, lowest, over)),
      ].join('\n')
    })
    .join('\n\n')
}

function row(name: string, lowest: ReadonlyMap<string, number>, over: Over): string {
  const cells = scenarios.map((scenario) =>
    name.startsWith('bare')
      ? `(${show(lowest.get(`${name} ${scenario}`))})`
      : cell(name, scenario, over),
  )
  return `| ${name.replace(/ on \w+$/, '')} | ${cells.join(' | ')} |`
}

function cell(name: string, scenario: Scenario, over: Over): string {
  const cost = over(name, scenario)
  const goal = name.startsWith('Sojourn') ? goalOf(name, scenario, over) : undefined
  if (cost === undefined || goal === undefined) return show(cost)
  return Math.round(cost) <= Math.round(goal)
    ? `${show(cost)} met (${show(goal)})`
    : `${show(cost)} **missed** (${show(goal)})`
}

function show(cost: number | undefined): string {
  return cost === undefined ? '–' : cost.toFixed(0)
}
