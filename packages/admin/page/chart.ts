import type { SessionActivity } from '@sojourn/core'
import uPlot from 'uplot'
import { byId, element } from './dom.ts'
import { number } from './format.ts'

const heightPx = 220
const darkness = matchMedia('(prefers-color-scheme: dark)')
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })

let chart: uPlot | undefined
let latest: SessionActivity | undefined

/** Draws what was created and ended in each minute of the last hour, and writes the table below. */
export function drawActivity(activity: SessionActivity): void {
  latest = activity
  const minutes = activity.minutes.slice(0, -1) // the last one is not over
  const data: uPlot.AlignedData = [
    minutes.map(({ at }) => at / 1000),
    minutes.map(({ created }) => created),
    minutes.map(({ ended }) => ended),
  ]
  chart ??= make()
  chart.setData(data)
  const sum = (name: 'created' | 'ended') =>
    number(minutes.reduce((total, minute) => total + minute[name], 0))
  byId('chart').setAttribute(
    'aria-label',
    `In the last hour ${sum('created')} sessions were created and ${sum('ended')} ended.`,
  )
  const rows = minutes.filter(({ created, ended }) => created + ended > 0).reverse()
  byId('minutes')
    .querySelector('tbody')
    ?.replaceChildren(
      ...rows.map(({ at, created, ended }) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, clock.format(at)),
          element('td', {}, number(created)),
          element('td', {}, number(ended)),
        ),
      ),
    )
}

function make(): uPlot {
  const target = byId('chart')
  target.setAttribute('role', 'img')
  const colour = (name: string) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const font = `12px ${getComputedStyle(document.body).fontFamily}`
  const axis = {
    stroke: colour('--soft'),
    font,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  const line = (label: string, name: string): uPlot.Series => ({
    label,
    stroke: colour(name),
    fill: `${colour(name)}1f`,
    width: 2,
    points: { show: false },
  })
  return new uPlot(
    {
      width: target.clientWidth,
      height: heightPx,
      legend: { show: false },
      cursor: { show: false },
      scales: { y: { range: (_, __, most) => [0, Math.max(4, Math.ceil(most * 1.1))] } },
      series: [{}, line('created', '--accent'), line('ended', '--warm')],
      axes: [
        axis,
        {
          ...axis,
          size: 44,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000, 50_000],
        },
      ],
    },
    [[], [], []],
    target,
  )
}

new ResizeObserver(() => {
  const width = byId('chart').clientWidth
  if (chart && width > 0 && chart.width !== width) chart.setSize({ width, height: heightPx })
}).observe(byId('chart'))

darkness.addEventListener('change', () => {
  chart?.destroy()
  chart = undefined
  if (latest) drawActivity(latest)
})
